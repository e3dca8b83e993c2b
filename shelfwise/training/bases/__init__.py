"""Language models to start from, each a folder that Sentence-Transformers reads."""
