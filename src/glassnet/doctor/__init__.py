"""The doctor: what is wrong with data before training, and with an old program before it runs."""
