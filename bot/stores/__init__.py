"""Stores that several processes share, and the wrapper that goes on without them."""
