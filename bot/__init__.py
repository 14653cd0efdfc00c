"""Questions in; replies out."""
