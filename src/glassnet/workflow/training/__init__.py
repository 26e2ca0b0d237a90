"""The parts of a training run of `train_job`: its plan, its data from a stream, its result."""
