"""HTTP API and storefront."""
