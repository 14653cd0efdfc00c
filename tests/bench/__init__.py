"""Bench: what the bot costs, measured on the machine at hand and printed as one report. Run by `make bench`."""
