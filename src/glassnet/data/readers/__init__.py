"""One file a format: IDX, NPZ, labelled CSV, images and folders of images."""
