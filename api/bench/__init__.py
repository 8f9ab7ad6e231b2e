"""Speed and memory of the whole service, measured from outside over real HTTP. `make bench`."""
