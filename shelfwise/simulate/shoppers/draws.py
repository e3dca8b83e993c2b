"""Random numbers that depend on nothing but what they are for.

Whether a shopper buys a product on a visit must not depend on what else the page showed: only then do two shops meet
the same shoppers, and the difference between them is the shops' (common random numbers). So there is no stream that
is drawn from in turn; each number is a hash of the seed and of what it is for.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from shelfwise.types import Float64

_STEP: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1

Places = npt.NDArray[np.int64]


class Draws:
    """Draws under one key; `of` gives those for something narrower.

    >>> one = Draws.seeded(7).of("shopper", 3)
    >>> one.uniform("click") == Draws.seeded(7).of("shopper", 3).uniform("click")
    True
    >>> bool(one.uniforms("click", np.arange(4))[0] == one.uniform("click"))
    True
    """

    __slots__ = ("_key",)

    def __init__(self, key: int) -> None:
        self._key = key

    @classmethod
    def seeded(cls, seed: int) -> Draws:
        """The draws of a seed."""
        return cls(_mixed(seed & _MASK))

    def of(self, *names: int | str) -> Draws:
        """The draws for something narrower."""
        key = self._key
        for name in names:
            key = _mixed((key ^ (_hashed(name) if isinstance(name, str) else name * _STEP)) & _MASK)
        return Draws(key)

    def uniforms(self, name: str, places: Places) -> Float64:
        """A number in (0, 1) for each place, Float64 of the shape of `places`."""
        return (_all_mixed(self.of(name)._key, places) >> np.uint64(11)).astype(np.float64) * 2.0**-53 + 2.0**-54

    def uniform(self, name: str, place: int = 0) -> float:
        """A number in (0, 1)."""
        return (_mixed((self.of(name)._key + place * _STEP) & _MASK) >> 11) * 2.0**-53 + 2.0**-54

    def normals(self, name: str, count: int) -> Float64:
        """`count` numbers of the standard normal distribution."""
        found: Float64 = ndtri(self.uniforms(name, np.arange(count)))
        return found

    def normal(self, name: str) -> float:
        """A number of the standard normal distribution."""
        return float(ndtri(self.uniform(name)))

    def exponential(self, name: str, mean: float) -> float:
        """A number of the exponential distribution."""
        return float(-mean * np.log(self.uniform(name)))

    def pick(self, name: str, weights: Float64) -> int:
        """A place, with a probability in proportion to its weight."""
        total = np.cumsum(weights)
        return min(int(np.searchsorted(total, self.uniform(name) * total[-1], side="right")), len(weights) - 1)


@lru_cache(4_096)
def _hashed(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def _mixed(key: int) -> int:
    """Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014 (the finaliser of SplitMix64)."""
    key = (key + _STEP) & _MASK
    key = ((key ^ (key >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    key = ((key ^ (key >> 27)) * 0x94D049BB133111EB) & _MASK
    return key ^ (key >> 31)


def _all_mixed(key: int, places: Places) -> npt.NDArray[np.uint64]:
    """`_mixed` of key + place · step, for all places at once."""
    keys = np.uint64((key + _STEP) & _MASK) + np.asarray(places).astype(np.uint64) * np.uint64(_STEP)
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: npt.NDArray[np.uint64] = keys ^ (keys >> np.uint64(31))
    return mixed
