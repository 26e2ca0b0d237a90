"""Seeing through a network from outside: nothing in the core knows that it is watched.

`step` follows one training step in full, `replay` any step of a finished run; `why` takes an answer apart, `backwards`
asks the network for inputs, `nodes` says what each hidden node is good for. All of them rest on `slopes`. `labels`
ranks wrong or ambiguous labels by probabilities that `folds` has from networks that have not seen the samples.
"""
