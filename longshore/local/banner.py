"""What a person reads when the house is ready: where to look, and what to paste."""

from __future__ import annotations

from pathlib import Path

WIDTH = 110
MAKE_TOKEN = "flask token create --scope admin"  # noqa: S105 (a command)


def banner(page: str, token: str | None, variables: Path) -> str:
    """The framed text. It has no frame at the sides, so that lines can be copied.

    Args:
        page: the web process's address, e.g. http://localhost:8000.
        token: an admin token, or None if none is to be shown.
        variables: the file that another terminal sources to reach this house.
    """
    lines = [
        f"Longshore is ready:  {page}/",
        "",
        *([f"  signed in          {page}/login#{token}"] if token else []),
        f"  API docs           {page}/docs",
        f"  rq-dashboard       {page}/rq/",
        f"  admin token        {token or f'make one with: {MAKE_TOKEN}'}",
        f"  another terminal   source {_quoted(variables)}, then e.g. flask doctor",
        "",
        "  Anybody may ask for a league schedule; an admin may see the tasks:",
        "",
        *_commands(page, token),
        "",
        "Ctrl-C stops everything.",
    ]
    return "\n".join(["", "─" * WIDTH, *lines, "─" * WIDTH, ""])


def _commands(page: str, token: str | None) -> list[str]:
    return [
        f"curl -X POST {page}/api/schedule/async -H 'Content-Type: application/json'"
        """ -d '{"force_regenerate": true}'""",
        f'curl {page}/api/tasks -H "Authorization: Bearer {token or "TOKEN"}"',
    ]


def _quoted(path: Path) -> str:
    text = str(path)
    return f"'{text}'" if " " in text else text
