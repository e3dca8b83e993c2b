"""One file a source of examples; all keep the contract in `shelfwise.training.data.base`."""
