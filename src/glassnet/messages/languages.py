"""The languages, and which of them the reader wants; imports nothing heavy."""

from __future__ import annotations

import os

LANGUAGES = ("en", "zh")


def preferred() -> str:
    """Return the default language, ``"zh"`` or ``"en"``, from ``GLASSNET_LANGUAGE`` or else from the locale.

    It is read on every call, so a notebook can set the variable at any time. Windows sets none of the variables; Python
    has taken the user's locale there, such as ``Chinese (Simplified)_China``.
    """
    names = ("GLASSNET_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    language = next((os.environ[name] for name in names if os.environ.get(name)), None) or _of_process()
    return "zh" if language.lower().startswith(("zh", "chinese")) else "en"


def _of_process() -> str:
    import locale

    try:
        return locale.getlocale()[0] or ""
    except ValueError:  # one that Python cannot parse
        return ""


def chinese() -> bool:
    """Return whether the default language is Chinese."""
    return preferred() == "zh"
