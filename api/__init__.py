"""The door: HTTP, command line, pages. May import `indexer` and `matcher`."""
