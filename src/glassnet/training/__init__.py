"""Training: the loop, its state, its callbacks, checkpoints and receipts."""
