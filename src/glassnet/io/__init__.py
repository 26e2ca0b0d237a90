"""Reading and writing files: opening, sniffing, encodings, limits, atomic writing."""
