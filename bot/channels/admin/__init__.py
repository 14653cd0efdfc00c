"""The console at /admin: where the office's clerks look after the corpus."""
