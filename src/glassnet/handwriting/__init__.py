"""Read the handwritten digits of photographs with a model; `reader.read_photo` is the whole of it."""
