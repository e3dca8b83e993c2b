"""Products out: words, vectors, filters, facets."""
