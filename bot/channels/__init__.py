"""The ways in: HTTP API, pages, later the official account. They know nothing of matching."""
