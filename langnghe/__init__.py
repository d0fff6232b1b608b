"""The application: command line, pipeline, demo."""
