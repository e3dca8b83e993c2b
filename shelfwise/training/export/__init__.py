"""Trained models as ONNX folders that serving reads without PyTorch."""

from shelfwise.training.export.base import Exported, Precision
from shelfwise.training.export.cross_encoders import export_cross_encoder
from shelfwise.training.export.encoders import export_encoder

__all__ = ["Exported", "Precision", "export_cross_encoder", "export_encoder"]
