"""One module per command of `scenematch`: what it asks for, and what it does."""
