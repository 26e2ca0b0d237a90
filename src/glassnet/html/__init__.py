"""HTML pages: the report, a training step, an explained answer, and notebook views."""
