"""Options of a training, declared once, and the recipes that set them."""
