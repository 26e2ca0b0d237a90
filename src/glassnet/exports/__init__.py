"""Exports: a model as a file of another form, which proves that it answers as the model does.

`export` has the two public functions and the list of forms. Each form is a module with `write` and `run`; see
`export.FormModule`.
"""
