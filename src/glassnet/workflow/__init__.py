"""What the commands do, as functions: typed arguments and results, nothing printed, nothing asked of a terminal.

The command line, and whatever else serves people, calls these. What is worth saying on the way goes to `notify` as
`Notice`, progress of a training to `callbacks` as events; both are called on the thread that does the work. Words are
made where a language is an argument.
"""
