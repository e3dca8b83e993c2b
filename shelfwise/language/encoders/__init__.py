"""Encoders: language models that turn texts into vectors."""

from shelfwise.language.encoders.registry import load_encoder

__all__ = ["load_encoder"]
