"""Tables with named columns: read files and data frames into a `Table`."""
