"""``python -m glassnet``."""

from .cli import main

main()
