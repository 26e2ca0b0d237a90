"""Convert photographs of handwriting to the form of MNIST: separate ink, segment digits, normalise each."""
