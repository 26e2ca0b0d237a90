"""Training: the loop, its state, callbacks, checkpoints and training records."""
