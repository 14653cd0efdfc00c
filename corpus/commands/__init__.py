"""Commands: what is done to a corpus from the command line, a module for each."""
