"""What a person reads when the house is ready: where to look, and what to paste."""

from __future__ import annotations

from pathlib import Path

from longshore.local.stand_in import StandIn

WIDTH = 110
MAKE_TOKEN = "flask token create --scope admin"  # noqa: S105 (a command)


def banner(page: str, token: str | None, variables: Path, stand_in: StandIn | None = None) -> str:
    """The framed text. It has no frame at the sides, so that lines can be copied.

    Args:
        page: the web process's address, e.g. http://localhost:8000.
        token: an admin token, or None if none is to be shown.
        variables: the file that another terminal sources to reach this house.
        stand_in: the sandbox that it reads in place of the upstreams, if any.
    """
    lines = [
        f"Longshore is ready:  {page}/",
        "",
        *([f"  signed in          {page}/login#{token}"] if token else []),
        f"  API docs           {page}/docs",
        f"  rq-dashboard       {page}/rq/",
        f"  admin token        {token or f'make one with: {MAKE_TOKEN}'}",
        f"  another terminal   source {_quoted(variables)}, then e.g. flask doctor",
        *(_made_up(stand_in) if stand_in else []),
        "",
        "  Anybody may ask for a league schedule and read the odds; an admin may refresh them:",
        "",
        *_commands(page, token),
        "",
        "Ctrl-C stops everything.",
    ]
    return "\n".join(["", "─" * WIDTH, *lines, "─" * WIDTH, ""])


def _made_up(stand_in: StandIn) -> list[str]:
    """That the odds are not real, and what makes them so."""
    what = f"recorded ones from {stand_in.files}" if stand_in.files else "made up, none is real"
    live = "UPSTREAMS=live and " if stand_in.asked_for else ""
    return [
        f"  odds               {what}: from the sandbox at {stand_in.url}",
        f"  real odds          set {live}ODDS_API_KEY=KEY, here or in .env; the-odds-api.com has free keys",
    ]


def _commands(page: str, token: str | None) -> list[str]:
    return [
        f"curl -X POST {page}/api/schedule/async -H 'Content-Type: application/json'"
        """ -d '{"force_regenerate": true}'""",
        f'curl -X POST {page}/api/refresh -H "Authorization: Bearer {token or "TOKEN"}"',
        f"curl '{page}/api/odds?limit=3'",
        f'curl {page}/api/tasks -H "Authorization: Bearer {token or "TOKEN"}"',
    ]


def _quoted(path: Path) -> str:
    text = str(path)
    return f"'{text}'" if " " in text else text
