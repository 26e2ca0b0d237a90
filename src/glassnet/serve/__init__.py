"""Pages and services over HTTP."""
