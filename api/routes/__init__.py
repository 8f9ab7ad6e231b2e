"""One module per subject; each adds its routes to the app and holds no logic of its own."""
