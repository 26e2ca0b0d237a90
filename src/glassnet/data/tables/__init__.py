"""Tables with named columns: files and frames to one `Table`."""
