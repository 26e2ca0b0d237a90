"""Training on streams, resuming and verifying it: what ``glassnet train --stream`` does, without a terminal."""
