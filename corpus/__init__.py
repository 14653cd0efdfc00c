"""Documents in; curated entries and policy out."""
