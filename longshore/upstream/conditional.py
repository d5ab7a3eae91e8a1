"""Answers that are kept, to ask the upstream only whether they are still right (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from longshore import keys
from longshore.upstream.policy import Headers, Policy
from longshore.upstream.state import State

_LARGEST = 50_000_000
"""Bytes that a kept answer may have decompressed; above it, it is none of ours."""


@dataclass(frozen=True)
class Kept:
    """An answer that is kept.

    Attributes:
        asked: headers that ask whether it is still right.
        body: its body.
    """

    asked: dict[str, str]
    body: bytes


class Conditional:
    """The kept answers of one upstream; none while Redis is away.

    Args:
        policy: whose.
        state: where they are.
    """

    def __init__(self, policy: Policy, state: State) -> None:
        self._slug, self._state = policy.slug, state

    def find(self, path: str, params: Mapping[str, Any]) -> Kept | None:
        """The kept answer to a call, if there is one."""
        raw = self._state.attempt(lambda redis: redis.hgetall(self._key(path, params)), dict)
        try:
            unpacker = zlib.decompressobj()
            body = unpacker.decompress(raw[b"body"], _LARGEST)
            asked = json.loads(raw[b"asked"])
            ours = isinstance(asked, dict) and all(isinstance(one, str) for one in asked.values())
            return Kept(asked, body) if ours and unpacker.eof else None
        except (KeyError, ValueError, RecursionError, zlib.error):  # none, or none of ours
            return None

    def keep(self, path: str, params: Mapping[str, Any], headers: Headers, body: bytes) -> None:
        """Keep an answer, if its headers allow to ask for it later and it is not too large."""
        asked = {
            question: headers[name]
            for question, name in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
            if headers.get(name)
        }
        packed = zlib.compress(body, 6)
        if not asked or len(packed) > keys.CONDITIONAL_BYTES:
            return
        key, index = self._key(path, params), keys.upstream(self._slug, "answers")

        def write(redis: Any) -> None:
            with redis.pipeline() as pipe:
                pipe.hset(key, mapping={"asked": json.dumps(asked), "body": packed})
                pipe.expire(key, keys.CONDITIONAL_TTL)
                pipe.zadd(index, {key: self._state.now()})
                pipe.expire(index, keys.CONDITIONAL_TTL)
                pipe.zrange(index, 0, -keys.CONDITIONAL_ANSWERS - 1)
                pipe.zremrangebyrank(index, 0, -keys.CONDITIONAL_ANSWERS - 1)
                oldest = pipe.execute()[-2]
            if oldest:
                redis.delete(*oldest)

        self._state.attempt(write, lambda: None)

    def _key(self, path: str, params: Mapping[str, Any]) -> str:
        call = json.dumps([path, sorted((name, str(value)) for name, value in params.items())])
        return keys.upstream(self._slug, f"answer:{hashlib.sha256(call.encode()).hexdigest()[:32]}")
