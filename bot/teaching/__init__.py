"""Teaching: annotated sentences, and the weights that the calculator's reader learns from them."""
