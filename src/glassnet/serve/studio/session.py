"""The session: what a run of the studio has open. Models, data, drawings, a temporary folder, jobs and events."""

from __future__ import annotations
