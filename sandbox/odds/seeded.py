"""Randomness that depends on names alone: the same names give the same numbers, in any order of asking."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np


def digest(*names: object) -> str:
    """32 hexadecimal digits, as The Odds API's event ids have."""
    return _hash(names).hexdigest()


def generator(*names: object) -> np.random.Generator:
    """A generator whose numbers follow from the names."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(_hash(names).digest(), "big")))


def _hash(names: tuple[object, ...]) -> blake2b:
    return blake2b("\n".join(map(str, names)).encode(), digest_size=16)
