"""Keys are on the wire and nowhere else; no server holds a call beyond its deadline."""

from __future__ import annotations

import http.client
import logging
import os
import shutil
import socket
import ssl
import subprocess
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis

from longshore import upstream
from longshore.upstream import Unreachable, Unreadable, UpstreamError
from tests.longshore.upstream.conftest import KEYS, Make
from tests.support.misbehaving_server import MisbehavingServer, Plan
from tests.support.raw_server import RawServer
from tests.support.waiting import wait_until

SMALL = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
LONG = 60
"""Seconds that a dripping server would take; a test that needs them runs into its own limit."""


@pytest.fixture(autouse=True)
def fresh_session() -> Iterator[None]:
    upstream.sessions._session.cache_clear()
    yield
    upstream.sessions.session().close()


@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /y\r\n\r\n",
    ],
    ids=["in the headers", "in the body", "of a redirect"],
)  # fmt: skip
def test_a_server_that_drips_anywhere_cannot_stretch_the_deadline(make: Make, beginning: bytes) -> None:
    with (
        RawServer(lambda _: [beginning, *[b"x"] * (100 * LONG)], pause=0.01) as server,
        pytest.raises(Unreachable, match="no whole answer in time"),
    ):
        make(tries=1, base_url=server.url).get("/x", deadline=0.2)


def test_a_stall_after_a_drip_gets_only_what_is_left(make: Make) -> None:
    def answer(_: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
        yield from [b"x"] * 10
        stalled.wait(LONG)

    stalled = threading.Event()
    with RawServer(answer, pause=0.01) as server:
        with pytest.raises(Unreachable, match="no whole answer in time"):
            make(tries=1, base_url=server.url, read_timeout=LONG).get("/x", deadline=0.4)
        stalled.set()


def test_waits_and_answers_share_one_deadline(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(503, headers={"Retry-After": "40"}))
    with pytest.raises(Unreachable):
        make().get("/x", deadline=100)  # two waits of 40 s fit, a third does not
    assert len(server.calls) == 3


def test_looking_up_a_name_has_an_end(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def stalls(*_: object, **__: object) -> list[Any]:
        answered.wait(LONG)
        raise socket.gaierror("nobody knows")

    monkeypatch.setattr(socket, "getaddrinfo", stalls)
    with pytest.raises(Unreachable, match="no connection in time"):
        make(tries=1, base_url="http://upstream.invalid", connect_timeout=0.05).get("/x")
    answered.set()


def test_connections_are_used_again(make: Make) -> None:
    with RawServer(lambda _: [SMALL], keeps=True) as server:
        for _ in range(3):
            make(base_url=server.url).get("/x")
        assert (server.connections, len(server.requests)) == (1, 3)


def test_a_key_is_encoded_as_a_query_wants_it(make: Make, server: MisbehavingServer) -> None:
    make(keys=(SecretStr("a&b=c d/é"),)).get("/x", {"q": "1"})
    assert server.calls[0].query == {"q": "1", "apiKey": "a&b=c d/é"}


def test_paths_are_plain_text(make: Make, server: MisbehavingServer) -> None:
    make().get("/sports/a?apiKey=mine#b/odds")
    assert server.calls[0].path == "/sports/a%3FapiKey%3Dmine%23b/odds"
    assert server.calls[0].query == {"apiKey": KEYS[0]}


@pytest.mark.parametrize("path", ["sports", ".evil.example/x", "/a/../../x", "/.."])
def test_a_path_stays_within_the_base_url(make: Make, path: str) -> None:
    with pytest.raises(ValueError, match="begins with /"):
        make().get(path)


@pytest.mark.parametrize("where", [{"key_param": "apiKey"}, {"key_param": None, "key_header": "x-key"}])
def test_no_trace_of_anybody_holds_a_key(
    make: Make, monkeypatch: pytest.MonkeyPatch, where: dict[str, Any]
) -> None:
    """RQ's timeout is raised by a signal, so also while an exception of requests' is being handled."""

    class Alarm(Exception):
        pass

    def rings(*_: object) -> None:
        raise Alarm

    monkeypatch.setattr(upstream.sessions, "_words", rings)
    with pytest.raises(Alarm) as raised:
        make(base_url="http://127.0.0.1:1", **where).get("/x")
    trace = "".join(traceback.format_exception(raised.value))
    assert "Connection refused" in trace
    assert KEYS[0] not in trace


@pytest.mark.parametrize("key", ["k3y", *KEYS[:1]])
def test_libraries_log_no_key(
    make: Make, server: MisbehavingServer, caplog: pytest.LogCaptureFixture, key: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    make(keys=(SecretStr(key),)).get("/x")
    assert server.calls[0].query["apiKey"] == key
    assert "GET /x?apiKey=key-" in caplog.text
    assert key not in caplog.text + capsys.readouterr().out


def test_a_server_that_sends_the_key_back_does_not_get_it_shown(
    make: Make, caplog: pytest.LogCaptureFixture, redis: Redis
) -> None:
    caplog.set_level(logging.DEBUG)

    def answer(request: bytes) -> list[bytes]:
        line = request.split(b"\r\n")[0]
        body = b'"' + line + b'"'
        head = f"HTTP/1.1 200 OK\r\nETag: x\r\nContent-Length: {len(body)}\r\nbroken ".encode()
        return [head + line + b"\r\nX-Echo: " + line + b"\r\n\r\n" + body]

    with RawServer(answer) as server:
        made = make(base_url=server.url, tries=1, conditional=True).get("/x", expect="bytes")
    assert KEYS[0].encode() in server.requests[0]
    assert KEYS[0] not in made.body.decode() + str(made.headers) + caplog.text
    for record in caplog.records:
        assert KEYS[0] not in logging.Formatter().format(record)


def test_half_a_key_is_not_shown_either(make: Make, server: MisbehavingServer) -> None:
    key = "word-and-word"
    server.plan(Plan(body=b"<html>" + b"." * 44 + key.encode()))
    with pytest.raises(Unreadable) as raised:
        make(keys=(SecretStr(key),)).get("/x")
    assert key[:8] not in str(raised.value)


def test_neither_cookies_nor_passwords_of_netrc_are_sent(
    make: Make, server: MisbehavingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.plan(Plan(headers={"Set-Cookie": "a=b; Path=/"}))
    make().get("/x")
    make().get("/x")
    assert not {"Authorization", "Cookie"} & set(server.calls[1].headers)


def test_a_proxy_of_the_environment_is_used(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(lambda _: [SMALL]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        make(base_url="http://upstream.invalid").get("/x")
        assert proxy.requests[0].startswith(
            f"GET http://upstream.invalid/x?apiKey={KEYS[0]} HTTP/1.1\r\n".encode()
        )
        monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
        with pytest.raises(Unreachable, match="takes the URL of an HTTP proxy"):
            make(base_url="http://upstream.invalid", tries=1).get("/x")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key for 127.0.0.1, in one file."""
    if shutil.which("openssl") is None:
        if os.environ.get("CI"):
            pytest.fail("openssl is missing")
        pytest.skip("needs openssl")
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(file)]
    found = subprocess.run(["openssl", *made, *subject], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + found.stdout)
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_the_same_holds_over_tls(
    make: Make, tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(lambda _: [SMALL], tls=tls, keeps=True) as server:
        with pytest.raises(Unreachable, match="certificate or protocol is not accepted"):
            make(base_url=server.url, tries=1).get("/x")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        make(base_url=server.url).get("/x")
        make(base_url=server.url).get("/x")
        assert server.requests[0].startswith(f"GET /x?apiKey={KEYS[0]} HTTP/1.1\r\n".encode())
        assert (server.connections, len(server.requests)) == (2, 2)
    drips = [b"HTTP/1.1 200 OK\r\nX-Slow: ", *[b"x"] * (100 * LONG)]
    with (
        RawServer(lambda _: drips, pause=0.01, tls=tls) as server,
        pytest.raises(Unreachable, match="no whole answer in time"),
    ):
        make(tries=1, base_url=server.url).get("/x", deadline=0.4)


def test_an_address_that_is_none_is_named_so(make: Make) -> None:
    for base in ("upstream.example", "gopher://upstream.example", "http://"):
        with pytest.raises(Unreachable, match="its address is no URL"):
            make(base_url=base, tries=1).get("/x")


# Redirects


@pytest.mark.parametrize("where", [{"key_param": "apiKey"}, {"key_param": None, "key_header": "X-Key"}])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_the_key_along_on_the_same_host_only(
    make: Make, server: MisbehavingServer, where: dict[str, Any], status: int
) -> None:
    with MisbehavingServer() as other:
        echoed = f"/y?a=1&apiKey={KEYS[0]}"
        server.plan(
            Plan(status, headers={"Location": echoed}), Plan(status, headers={"Location": other.url + echoed})
        )
        assert make(redirects=3, **where).get("/x").status == 200
        told = [{**call.query, **{n.lower(): v for n, v in call.headers.items()}} for call in server.calls]
        assert all(KEYS[0] in (one.get("apiKey"), one.get("x-key")) for one in told)
        assert [call.path for call in server.calls] == ["/x", "/y"]
        assert KEYS[0] not in str(other.calls)
        assert other.calls[0].query.pop("apiKey", "***") == "***"  # what it echoed, made harmless


def test_redirects_have_an_end_and_are_not_read(make: Make) -> None:
    def answer(_: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n"
        yield from [b"x" * 100_000] * (100 * LONG)

    with RawServer(answer, pause=0.01) as server:
        with pytest.raises(UpstreamError):
            make(redirects=3, base_url=server.url, tries=1).get("/x", deadline=2)
        assert len(server.requests) == 4


@pytest.mark.parametrize("target", ["ftp://host/x", "file:///etc/passwd", "javascript:1"])
def test_a_redirect_to_what_is_no_http_address_is_refused(
    make: Make, server: MisbehavingServer, target: str
) -> None:
    server.plan(Plan(302, headers={"Location": target}))
    with pytest.raises(upstream.Refused, match="no HTTP address"):
        make(redirects=3).get("/x")


def test_a_redirect_out_of_tls_is_refused(
    make: Make, tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    away = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with (
        RawServer(lambda _: [away], tls=tls) as server,
        pytest.raises(upstream.Refused, match="from HTTPS to HTTP"),
    ):
        make(redirects=3, base_url=server.url).get("/x")


def test_a_connection_that_comes_too_late_is_closed(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    go, made = threading.Event(), []

    def slow(self: Any) -> socket.socket:
        go.wait(LONG)
        made.append(socket.socket())
        return made[0]

    monkeypatch.setattr("urllib3.connection.HTTPConnection._new_conn", slow)
    with pytest.raises(Unreachable, match="no connection in time"):
        make(tries=1, connect_timeout=0.05).get("/x")
    go.set()
    wait_until(lambda: made and made[0].fileno() == -1)
