"""Languages, and the catalogues of words that commands, plots, pages and findings are written with."""
