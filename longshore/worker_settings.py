"""What worker.sh needs to know, as shell assignments: `eval "$(python -m longshore.worker_settings)"`.

This module turns settings into the queues, concurrency and Redis URL of a worker. It starts nothing. The URL
goes through the environment, never a command line: `ps` shows those to everybody.
"""

from __future__ import annotations

import importlib
import shlex
import sys
from collections.abc import Iterable, Sequence

from longshore import settings
from longshore.errors import CatalogError, LongshoreError, SettingsError


def main() -> int:
    """Print the assignments, or one line on stderr that says which setting is wrong.

    Returns:
        0, or 2 if a setting or the catalog is wrong.
    """
    try:
        print(assignments(settings.load(), declared_queues()))
    except LongshoreError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def assignments(now: settings.Settings, known: Sequence[str]) -> str:
    """QUEUES (a bash array), CONCURRENCY, LOG_LEVEL and REDIS_URL, quoted for a shell.

    Args:
        now: the settings.
        known: the catalog's queues in order of priority.

    Raises:
        SettingsError: WORKER_QUEUES names a queue that is not known.
    """
    return "\n".join(
        (
            f"QUEUES=({_words(chosen_queues(now, known))})",
            f"CONCURRENCY={now.worker_concurrency}",
            f"LOG_LEVEL={now.log_level}",
            f"REDIS_URL={shlex.quote(now.redis_url)}",
        )
    )


def chosen_queues(now: settings.Settings, known: Sequence[str]) -> tuple[str, ...]:
    """The queues that a worker takes: those of WORKER_QUEUES, or all, first is first.

    Raises:
        SettingsError: WORKER_QUEUES names a queue that is not known.
    """
    queues = now.worker_queues or tuple(known)
    unknown = [name for name in queues if name not in known]
    if unknown:
        raise SettingsError(
            f"WORKER_QUEUES={','.join(queues)!r} is not valid: there is no queue {', '.join(unknown)};"
            f" the queues are {', '.join(known)}"
        )
    return queues


def declared_queues(package: str = "jobs") -> tuple[str, ...]:
    """The queues that `jobs/__init__.py` declares, in its order, which is their priority.

    It does not load the catalog: that imports every job, solvers and all, and the worker will do so
    itself a moment later.

    Raises:
        CatalogError: the package cannot be imported, or declares no queue.
    """
    try:
        queues = tuple(importlib.import_module(package).QUEUES)
    except (ImportError, AttributeError) as error:
        raise CatalogError(f"{package}: its queues cannot be read: {error}") from None
    if not queues:
        raise CatalogError(f"{package}: QUEUES is empty; a worker needs at least one queue")
    return queues


def _words(names: Iterable[str]) -> str:
    return " ".join(shlex.quote(name) for name in names)


if __name__ == "__main__":
    sys.exit(main())
