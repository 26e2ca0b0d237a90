"""Search for better options: the space, the trials, their study in a folder, and what the result proves.

`space` has the options to vary, `trial` trains and scores one set of them, `study` lets Optuna choose the next one and
records every trial in a file, `evidence` judges how sure the choice is, and `job` does the whole search.
"""
