"""The environment of the house's processes: `.env`, the shell's variables, and what the launcher decides.

This module owns the development secret key and the file that another terminal sources. What a
variable means is for longshore.settings to say.
"""

from __future__ import annotations

import ipaddress
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from longshore import secret_key
from longshore.errors import SettingsError
from longshore.local.stand_in import StandIn
from longshore.settings import Settings

VARIABLES = "env"
"""Name of the file under VAR_DIR that another terminal sources while the house runs."""

HOST = "127.0.0.1"
"""Where the web process listens unless HOST says otherwise: a laptop is not a server to its neighbours."""


def children(settings: Settings, redis_url: str, stand_in: StandIn | None = None) -> dict[str, str]:
    """The environment that every process of the Procfile gets.

    `.env` is read into it, since the Procfile's lines are expanded by a shell that knows nothing of it.

    Args:
        settings: the launcher's.
        redis_url: the Redis in use.
        stand_in: the sandbox in use.

    Raises:
        SettingsError: SECRET_KEY is not set in production, or HOST is no address.
    """
    from_file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    given = from_file | os.environ
    host = {"HOST": _address(given.get("HOST") or HOST)}
    return given | host | decided(settings, redis_url, stand_in) | {"PYTHONUNBUFFERED": "1"}


def _address(host: str) -> str:
    """HOST, checked: conda and some shells keep the machine's name or kind in it, which granian refuses."""
    if host == "localhost":
        return HOST
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        raise SettingsError(
            f"HOST={host!r} is not valid: it takes an IP address, e.g. 127.0.0.1, or 0.0.0.0 for all networks"
        ) from None


def reached_at(env: Mapping[str, str]) -> str:
    """The address at which this machine reaches the web process.

    Args:
        env: the children's.
    """
    return {"0.0.0.0": HOST, "::": "::1"}.get(env["HOST"], env["HOST"])  # noqa: S104 (asked, not served)


def decided(settings: Settings, redis_url: str, stand_in: StandIn | None = None) -> dict[str, str]:
    """The variables that the launcher sets, whatever the shell says.

    Raises:
        SettingsError: SECRET_KEY is not set in production.
    """
    scripts = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    return {
        "PATH": path if path.split(os.pathsep)[0] == scripts else scripts + os.pathsep + path,
        "PORT": str(settings.port),
        "REDIS_URL": redis_url,
        "SECRET_KEY": secret_key.find(settings),
        **({"DATABASE_URL": settings.database_url} if settings.database_url else {}),
        "VAR_DIR": str(settings.var_dir.absolute()),
        **(stand_in.variables if stand_in else {}),
    }


def write_variables(variables: Mapping[str, str], folder: Path) -> Path:
    """Write the file that another terminal sources, readable by its owner only.

    Args:
        variables: what the launcher decided.
        folder: VAR_DIR.
    """
    path = folder / VARIABLES
    path.unlink(missing_ok=True)
    text = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
    _write_private(path, text, os.O_EXCL)
    return path


def _write_private(path: Path, text: str, flags: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
