"""Which categories of the shop a query asks for."""
