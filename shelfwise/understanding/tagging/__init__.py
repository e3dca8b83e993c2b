"""Taggers: which stretches of a text name a product, a brand, a model, learned from labelled texts."""
