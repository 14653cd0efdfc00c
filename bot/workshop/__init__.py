"""Workshop: the corpus as the clerk changes it, proved beside the one in use before it takes its place."""
