"""JSON in and out of Redis, in place of RQ's pickle: write access to Redis is not code execution."""

from __future__ import annotations

import json
from typing import Any

_ENCODER = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":"))
"""Made once: json.dumps makes one for each call that has options."""


class Serializer:
    """What RQ calls to store payloads, meta and results. NaN and infinity are refused: they are not JSON."""

    @staticmethod
    def dumps(value: Any) -> bytes:
        """Encode.

        Raises:
            TypeError: a value that JSON does not have.
            ValueError: NaN or infinity.
        """
        return _ENCODER.encode(value).encode()

    @staticmethod
    def loads(data: bytes) -> Any:
        """Decode.

        Raises:
            ValueError: not JSON, e.g. a pickle that a stock client left.
        """
        return json.loads(data.decode())


class ForShow(Serializer):
    """Reads what anybody may have left in Redis, for people to look at: JSON, or a text in its place."""

    @staticmethod
    def loads(data: bytes) -> Any:
        """Decode, or say that it cannot be done. NaN and infinity become text: browsers do not read them."""
        try:
            return json.loads(data.decode(), parse_constant=str)
        except (ValueError, RecursionError):
            return f"(unreadable: {len(data)} bytes that are not JSON)"
