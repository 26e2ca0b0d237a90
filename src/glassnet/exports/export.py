"""Writing a model in another form, and proving that the file answers as the model does."""

from __future__ import annotations
