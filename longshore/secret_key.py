"""The key that signs the console's sessions."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from longshore.errors import SettingsError
from longshore.settings import Settings


def find(settings: Settings) -> str:
    """SECRET_KEY; in development without one, a key that is made once and kept in VAR_DIR.

    Raises:
        SettingsError: in production there is none.
    """
    given = settings.secret_key.get_secret_value()
    if not given and not settings.production:
        return _kept(settings.var_dir / "secret_key")
    if not given:
        raise SettingsError(
            "SECRET_KEY must be set when ENVIRONMENT=production; make one with "
            "python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return given


def _kept(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(file, "w") as opened:
        opened.write(secrets.token_hex(32))
    return path.read_text().strip()
