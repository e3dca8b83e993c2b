"""HTTP routes, one file a group. Each gives `router(service)`."""
