"""Training on a stream of row groups, with flat memory and the bits of the same training from memory."""
