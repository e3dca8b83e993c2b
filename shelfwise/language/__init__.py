"""Text to tokens and vectors, in English and Chinese."""
