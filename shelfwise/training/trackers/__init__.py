"""Where the figures of a training run are written."""
