"""The sandbox of the house: whether it is wanted, where it answers, and how it is started.

It stands in for the upstreams (docs/sandbox.md) where nobody has said that the real ones are to be asked. It
is a process like those of the Procfile; this module never imports it.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from longshore.errors import LongshoreError
from longshore.local import ports
from longshore.settings import Settings

NAME = "sandbox"
"""Its name among the processes."""
HOSTS = ("127.0.0.1", "localhost")
"""Hosts in SANDBOX_URL that are this machine, where one can be started."""
MARK = "x-longshore-sandbox"
"""Header of all its answers."""
TIMEOUT = 2.0
"""Seconds that something at SANDBOX_URL has to answer."""


class NoPlace(LongshoreError):
    """The sandbox cannot be where SANDBOX_URL says. The text says why."""


@dataclass(frozen=True)
class StandIn:
    """The sandbox that this house reads.

    Attributes:
        url: where it answers.
        command: what starts it; None if one answers there already.
        files: folder of the recorded answers that it serves; empty: its data are made up.
        asked_for: whether UPSTREAMS=sandbox says so; otherwise there is no key.
    """

    url: str
    command: str | None
    files: str
    asked_for: bool

    @property
    def variables(self) -> dict[str, str]:
        """What tells the processes of it."""
        return {"UPSTREAMS": "sandbox", "SANDBOX_URL": self.url}


def find(settings: Settings) -> StandIn | None:
    """The sandbox to use; None if the real services are to be asked.

    Args:
        settings: of this start.

    Raises:
        NoPlace: something else listens where SANDBOX_URL says.
        PortTaken: no port near PORT is free.
    """
    if not _wanted(settings):
        return None
    if "sandbox_url" in settings.model_fields_set:
        url, port = settings.sandbox_url, _port_to_take(settings.sandbox_url)
    else:
        port = ports.next_free(settings.port)
        url = f"http://127.0.0.1:{port}"
    command = None if port is None else f"python -m sandbox --port {port}"
    return StandIn(url, command, settings.sandbox_files, _said(settings))


def _wanted(settings: Settings) -> bool:
    """What UPSTREAMS says; if it says nothing, whether a laptop has no key."""
    if _said(settings):
        return settings.upstreams == "sandbox"
    return not settings.production and not settings.odds_api_key.get_secret_value()


def _said(settings: Settings) -> bool:
    return "upstreams" in settings.model_fields_set


def _port_to_take(url: str) -> int | None:
    """The port of this machine that SANDBOX_URL names; None if a sandbox is there already, or elsewhere."""
    parts = urlsplit(url)
    if parts.hostname not in HOSTS:
        return None
    port = parts.port or 80
    if ports.is_free(port):
        return port
    if _answers(port):
        return None
    raise NoPlace(
        f"SANDBOX_URL is {url}, but port {port} is taken by another process; leave it out, or change it"
    )


def _answers(port: int) -> bool:
    """Whether a sandbox listens on a port, and not something else."""
    connection = http.client.HTTPConnection(HOSTS[0], port, timeout=TIMEOUT)
    try:
        connection.request("GET", "/")
        return connection.getresponse().getheader(MARK) is not None
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
