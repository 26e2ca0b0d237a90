"""A model: a network with its preprocessing, its file and its evaluation."""
