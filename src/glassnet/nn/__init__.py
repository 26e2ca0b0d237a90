"""The parts of a network: activations, losses, initializers, optimizers, schedules, parameters; all without Options."""
