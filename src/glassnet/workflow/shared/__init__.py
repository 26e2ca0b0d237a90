"""What `search` and `compare` share: how they read data, and write results."""
