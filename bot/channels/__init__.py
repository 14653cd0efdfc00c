"""The ways in: HTTP API, pages, the official account. They know nothing of matching."""
