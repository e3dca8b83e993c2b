"""Encoders: language models that turn texts into vectors."""
