"""What a learner's program does: run it on small files, watch its arrays, compare its steps with the algorithm."""
