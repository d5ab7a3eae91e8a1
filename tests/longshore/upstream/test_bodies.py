"""A body comes whole and of bounded size, or not at all."""

from __future__ import annotations

import gzip
import tracemalloc
from typing import Any

import pytest

from longshore.upstream import TooLarge, Unreachable, Unreadable, UpstreamError, bodies
from tests.longshore.upstream.conftest import Make
from tests.support.misbehaving_server import MisbehavingServer, Plan
from tests.support.raw_server import RawServer

GZIP = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
BOMB = gzip.compress(b"0" * 100_000_000)
TEXT = b"Div,Date,HomeTeam\r\n" * 5_000


def read(make: Make, *pieces: bytes, **options: Any) -> bytes:
    with RawServer(lambda _: pieces) as server:
        return make(base_url=server.url, tries=1, **options).get("/x", expect="bytes").body


@pytest.mark.parametrize(
    "pieces",
    [
        [GZIP + gzip.compress(TEXT)[:-20]],
        [GZIP + gzip.compress(TEXT)[:5]],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nDiv\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nDiv"],
        [],
    ],
    ids=["gzip", "start of gzip", "chunked", "with a length", "nothing"],
)
def test_half_an_answer_is_none(make: Make, pieces: list[bytes]) -> None:
    with pytest.raises(Unreachable, match=r"broke off|no connection|no whole answer"):
        read(make, *pieces)


def test_gzip_is_unpacked_piece_by_piece_and_member_by_member(make: Make) -> None:
    packed = gzip.compress(TEXT) + gzip.compress(b"end")
    assert read(make, GZIP, *(packed[n : n + 7] for n in range(0, len(packed), 7))) == TEXT + b"end"


def test_a_body_may_be_as_large_as_is_said_and_no_byte_larger(make: Make) -> None:
    for packed in (GZIP + gzip.compress(TEXT), b"HTTP/1.1 200 OK\r\n\r\n" + TEXT):
        assert read(make, packed, max_bytes=len(TEXT)) == TEXT
        with pytest.raises(TooLarge):
            read(make, packed, max_bytes=len(TEXT) - 1)


def test_a_length_that_is_too_large_is_not_waited_for(make: Make) -> None:
    with pytest.raises(TooLarge):
        read(make, b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n", max_bytes=1_000_000)


@pytest.mark.parametrize(
    "plan",
    [
        Plan(body=BOMB, headers={"Content-Encoding": "gzip"}),
        Plan(body=gzip.compress(BOMB), headers={"Content-Encoding": "gzip, gzip"}),
        Plan(302, BOMB, {"Content-Encoding": "gzip", "Location": "/y"}),
    ],
    ids=["bomb", "bomb in a bomb", "redirect"],
)  # fmt: skip
def test_a_bomb_takes_no_more_memory_than_is_allowed(
    make: Make, server: MisbehavingServer, plan: Plan
) -> None:
    server.plan(plan)
    tracemalloc.start()
    with pytest.raises(UpstreamError):
        make(max_bytes=1_000_000).get("/x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_only_gzip_is_asked_for_and_taken(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(body=b"???", headers={"Content-Encoding": "br"}))
    with pytest.raises(Unreadable, match="packed as 'br', which was not asked for"):
        make().get("/x")
    assert server.calls[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1}', {"a": 1}), (b'\xef\xbb\xbf{"a": 1}', {"a": 1}), (b"[NaN]", None), (b"", None),
        (b"[-Infinity]", None), (b"<html>", None), (b'{"a": "\xff"}', None), (b"[" * 100_000, None),
        (b"1" * 10_000, None),
    ],
)  # fmt: skip
def test_json_is_what_the_standard_calls_so(body: bytes, value: Any) -> None:
    assert bodies.parse(body) == value
