"""How the shipped embedder is made: counts, factors, contrast, export."""
