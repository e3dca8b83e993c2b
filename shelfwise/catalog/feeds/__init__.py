"""Feed formats, one reader a file."""
