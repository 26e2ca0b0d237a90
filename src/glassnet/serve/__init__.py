"""Pages and services over HTTP: the doors to `workflow` for a browser."""
