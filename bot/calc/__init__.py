"""Calculator: numeric questions answered with the numbers of the policy files."""
