"""Chinese of errors, warnings and notices, one file for each area; the key is the English sentence of the code."""
