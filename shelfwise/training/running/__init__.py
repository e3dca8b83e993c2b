"""How a recipe is run: arguments, checkpoints, early stopping, figures."""
