"""Smaller models out of large ones: fewer words, fewer layers, no layers at all."""
