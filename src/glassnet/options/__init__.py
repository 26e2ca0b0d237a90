"""The options of a training run, and the recipes that set them."""
