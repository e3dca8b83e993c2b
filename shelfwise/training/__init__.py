"""Recipes that need PyTorch: data, fine-tuning, distillation, export, trackers. Needs the extra `train`."""
