"""Readers of IDX, NPZ, labelled CSV, images and folders of images, one module each."""
