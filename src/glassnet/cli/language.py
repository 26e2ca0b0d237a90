"""In which language help is given: light, as every command asks it."""

from __future__ import annotations

import os


def chinese() -> bool:
    """Whether help is given in Chinese: by ``GLASSNET_LANGUAGE``, else by the locale."""
    names = ("GLASSNET_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    language = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return language.lower().startswith("zh")
