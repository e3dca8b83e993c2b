"""Ready mappings of formats that always have the same columns."""
