"""Synonyms mined from a shop's own texts and from the encoder: offered to the merchant, never applied by themselves."""
