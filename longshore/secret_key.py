"""The key that signs the console's sessions."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
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
    """The key in that file; made if there is none. It appears whole or not at all: others may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".key-") as made:  # mode 0600
            made.write(secrets.token_hex(32))
            made.flush()
            with contextlib.suppress(FileExistsError):  # somebody was quicker; theirs counts
                os.link(made.name, path)
    return path.read_text().strip()
