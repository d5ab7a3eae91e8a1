from __future__ import annotations

import http.server
import itertools
import threading
from collections.abc import Iterator

import pytest

from longshore.local.readiness import Answer, ask_ready, failing, wait_until_ready


@pytest.fixture
def port() -> Iterator[int]:
    """A web process whose /ready says 503 the first time and 200 from then on."""
    answers = itertools.chain(
        [(503, b'{"checks": {"redis": {"ok": true}, "clock": {"ok": false, "detail": "no clock"}}}')],
        itertools.repeat((200, b"{}")),
    )

    class Ready(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = next(answers)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ready) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_it_asks_until_the_answer_is_yes_and_says_what_was_missing(port: int) -> None:
    said: list[str] = []
    assert wait_until_ready(
        lambda: ask_ready("127.0.0.1", port), said.append, lambda: False, patience=0, interval=0
    )
    assert said == ["not ready yet: /ready answered 503: clock: no clock"]


def test_a_port_where_nobody_listens_is_not_ready() -> None:
    answer = ask_ready("127.0.0.1", 1)
    assert not answer.ready
    assert "does not answer on port 1" in answer.why


def test_it_gives_up_when_the_house_stops() -> None:
    assert not wait_until_ready(lambda: Answer(False, ""), print, lambda: True)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"checks": {"a": true, "b": false}}', "b: False"),
        (b'{"checks": {"a": "ok", "b": "no worker"}}', "b: no worker"),
        (
            b'{"checks": [{"name": "a", "ok": false, "detail": "gone", "do": "start it"}]}',
            "a: gone, start it",
        ),
        (b'{"checks": {"a": {"ok": false}}}', "a: fails"),
        (b"Internal Server Error", "Internal Server Error"),
        (b"[]", "[]"),
    ],
)
def test_failing_checks_are_named_whatever_the_shape(body: bytes, words: str) -> None:
    assert failing(body) == words
