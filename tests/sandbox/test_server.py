"""The sandbox over HTTP: marked, on this machine only, and as ill-behaved as it is told to be."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sandbox.faults import HUGE
from sandbox.registry import Options, upstreams
from sandbox.server import MARK, MOST_BODY, MOST_CALLS, Server, running
from sandbox.site import Site
from tests.sandbox.conftest import NOW

API = "/the-odds-api/v4"


@pytest.fixture
def server() -> Iterator[Server]:
    with running(Site(upstreams(Options()), "Made up."), now=lambda: NOW) as started:
        yield started


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def raw(server: Server, text: str) -> list[bytes]:
    """What comes back, bit by bit, for a request that no library would send."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as line:
        line.sendall(text.encode())
        line.shutdown(socket.SHUT_WR)
        return list(iter(lambda: line.recv(65_536), b""))


def test_every_answer_is_marked(server: Server, http: requests.Session) -> None:
    for path in ("/", "/nowhere", f"{API}/sports", f"{API}/sports?apiKey=any", f"{API}/sports?fault=500"):
        assert http.get(server.url + path, timeout=10).headers[MARK] == "1"
    assert http.delete(f"{server.url}/faults", timeout=10).headers[MARK] == "1"
    assert http.patch(f"{server.url}/", timeout=10).headers[MARK] == "1"


def test_connections_are_kept(server: Server, http: requests.Session) -> None:
    for _ in range(3):
        answer = http.get(f"{server.url}{API}/sports", params={"apiKey": "any"}, timeout=10)
        assert answer.json()[0]["active"] is True
    assert len(http.get_adapter(server.url).poolmanager.pools) == 1  # type: ignore[attr-defined]
    assert answer.raw.version == 11


def test_names_are_sent_as_they_are(server: Server, http: requests.Session) -> None:
    params = {"apiKey": "any", "regions": "eu"}
    events = http.get(f"{server.url}{API}/sports/soccer_spain_la_liga/odds", params=params, timeout=10).json()
    assert any("é" in event["home_team"] + event["away_team"] for event in events)


def test_it_listens_on_the_loopback_address_only(server: Server) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"


def test_no_page_of_a_browser_gets_in_under_a_name_of_its_own(server: Server) -> None:
    answer = raw(server, "DELETE /faults HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert answer[0].startswith(b"HTTP/1.1 421 ")
    answer = raw(server, "DELETE /faults HTTP/1.1\r\nHost: localhost:8001\r\nConnection: close\r\n\r\n")
    assert answer[0].startswith(b"HTTP/1.1 200 ")


def test_a_body_that_is_too_long_or_of_unknown_length_is_refused(
    server: Server, http: requests.Session
) -> None:
    long = b" " * (MOST_BODY + 1)
    assert http.post(f"{server.url}/faults", data=long, timeout=10).status_code == 413
    chunked = http.post(f"{server.url}/faults", data=iter([b"{}"]), timeout=10)
    assert chunked.status_code == 413


def test_a_fault_is_asked_for_and_happens(server: Server, http: requests.Session) -> None:
    fault = {"upstream": "the_odds_api", "fault": "429", "retry_after": 3}
    assert http.post(f"{server.url}/faults", json=fault, timeout=10).json()["waiting"]
    answer = http.get(f"{server.url}{API}/sports", params={"apiKey": "any"}, timeout=10)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")


def test_a_cut_off_body_is_shorter_than_promised(server: Server, http: requests.Session) -> None:
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        http.get(f"{server.url}{API}/sports", params={"apiKey": "any", "fault": "cut"}, timeout=10)


def test_a_stall_is_longer_than_a_short_timeout(server: Server, http: requests.Session) -> None:
    params = {"apiKey": "any", "fault": "stall", "seconds": 30}
    with pytest.raises(requests.exceptions.ReadTimeout):
        http.get(f"{server.url}{API}/sports", params=params, timeout=0.1)


def test_a_trickle_sends_all_bit_by_bit(server: Server) -> None:
    path = f"{API}/sports?apiKey=any&fault=trickle&seconds=0.2"
    parts = raw(server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert len(parts) > 3
    assert parts[-1].endswith(b"]")


def test_a_huge_answer_says_no_length_and_is_as_large_as_told(server: Server, http: requests.Session) -> None:
    params = {"apiKey": "any", "fault": "huge"}
    with http.get(f"{server.url}{API}/sports", params=params, timeout=10, stream=True) as answer:
        assert "content-length" not in answer.headers
        size = sum(len(part) for part in answer.iter_content(1_000_000))
    assert size > HUGE


def test_a_client_that_goes_away_harms_nobody(server: Server, http: requests.Session) -> None:
    params = {"apiKey": "any", "fault": "huge"}
    with http.get(f"{server.url}{API}/sports", params=params, timeout=10, stream=True) as answer:
        answer.raw.read(1000)
    assert http.get(server.url, timeout=10).status_code == 200


def test_many_calls_at_once_are_all_answered(server: Server) -> None:
    url = f"{server.url}{API}/sports/soccer_epl/odds"

    def call(number: int) -> int:
        params = {"apiKey": f"key {number}", "regions": "us,eu"}
        return len(requests.get(url, params=params, timeout=30).json())

    with ThreadPoolExecutor(MOST_CALLS + 16) as pool:
        counts = set(pool.map(call, range(MOST_CALLS + 16)))
    assert len(counts) == 1
    assert counts.pop() > 5


def test_a_fault_of_its_own_is_told_and_not_taken_for_one_of_the_network(
    http: requests.Session, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> float:
        raise RuntimeError("no clock")

    with running(Site(upstreams(Options()), ""), now=broken) as server:
        answer = http.get(f"{server.url}{API}/sports", params={"apiKey": "secret"}, timeout=10)
    assert (answer.status_code, answer.text) == (500, "The sandbox failed: RuntimeError: no clock\n")
    said = capsys.readouterr().err
    assert "no clock" in said
    assert "secret" not in said
