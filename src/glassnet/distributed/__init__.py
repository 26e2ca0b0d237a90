"""Ray: members of ensembles, folds and trials, and shards of batches, on other processes and machines.

Ray is an optional package (``pip install 'glassnet[distributed]'``); only this folder imports it.
"""
