"""Entries in; ranked hits out."""
