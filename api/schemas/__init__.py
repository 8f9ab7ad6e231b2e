"""What goes in and out over HTTP, as models that FastAPI checks and documents."""
