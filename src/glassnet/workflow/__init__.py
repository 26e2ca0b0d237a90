"""The work of the commands as functions with typed arguments and results, independent of a terminal.

The command line and other front ends call them. Messages go to `notify` as `Message`, progress of a training run to
`callbacks` as events; both are called on the working thread. A function that produces text takes a `language`.
"""
