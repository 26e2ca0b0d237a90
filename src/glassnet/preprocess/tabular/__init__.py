"""From a table's columns to the inputs and targets of a network."""
