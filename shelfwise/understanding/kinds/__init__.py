"""What kind of thing a product is, and what kind a query asks for: the device, or something made for it."""
