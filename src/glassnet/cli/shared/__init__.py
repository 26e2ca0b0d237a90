"""What several commands use: output, flags, the model argument."""
