"""The console's pages, one module a page, each with `add_routes(app, parts)`."""
