"""Where candidates come from: one generator a file, each fitted on the log and the catalogue."""
