from __future__ import annotations

from pathlib import Path

import pytest

from longshore.local.banner import WIDTH, banner
from longshore.local.stand_in import StandIn


def test_it_shows_where_to_look_and_what_to_paste() -> None:
    text = banner("http://localhost:8001", "tok_en", Path("/somewhere/my var/env"))
    for part in ("http://localhost:8001/", "/docs", "/rq/", "tok_en", "source '/somewhere/my var/env'"):
        assert part in text
    assert text.count("Ctrl-C stops everything.") == 1


def test_its_commands_stand_alone_on_their_lines() -> None:
    commands = [
        line
        for line in banner("http://localhost:8001", "tok_en", Path("env")).splitlines()
        if line.startswith("curl ")
    ]
    assert commands == [
        "curl -X POST http://localhost:8001/api/schedule/async -H 'Content-Type: application/json'"
        """ -d '{"force_regenerate": true}'""",
        'curl -X POST http://localhost:8001/api/refresh -H "Authorization: Bearer tok_en"',
        "curl 'http://localhost:8001/api/odds?limit=3'",
        'curl http://localhost:8001/api/tasks -H "Authorization: Bearer tok_en"',
    ]


def test_without_a_token_it_says_how_to_make_one() -> None:
    assert "make one with: flask token create --scope admin" in banner(
        "http://localhost:8000", None, Path("env")
    )


@pytest.mark.parametrize(
    ("files", "asked_for", "what", "how"),
    [
        (
            "",
            False,
            "made up, none is real: from the sandbox at http://127.0.0.1:8001",
            "set ODDS_API_KEY=KEY",
        ),
        ("", True, "made up, none is real", "set UPSTREAMS=live and ODDS_API_KEY=KEY"),
        (
            "../data",
            True,
            "recorded ones from ../data: from the sandbox",
            "set UPSTREAMS=live and ODDS_API_KEY=KEY",
        ),
    ],
)
def test_it_says_that_odds_are_not_real_and_how_they_become_so(
    files: str, asked_for: bool, what: str, how: str
) -> None:
    stand_in = StandIn("http://127.0.0.1:8001", None, files, asked_for)
    lines = banner("http://localhost:8000", "tok_en", Path("env"), stand_in).splitlines()
    assert any(line.startswith("  odds ") and what in line for line in lines)
    assert any(line.startswith("  real odds ") and how in line for line in lines)
    assert all(len(line) <= WIDTH for line in lines if line.startswith("  "))


def test_of_real_odds_it_says_nothing() -> None:
    text = banner("http://localhost:8000", "tok_en", Path("env"))
    assert "sandbox" not in text
    assert "made up" not in text
