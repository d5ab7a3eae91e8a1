from __future__ import annotations

from pathlib import Path

from longshore.local.banner import banner


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
        'curl http://localhost:8001/api/tasks -H "Authorization: Bearer tok_en"',
    ]


def test_without_a_token_it_says_how_to_make_one() -> None:
    assert "make one with: flask token create --scope admin" in banner(
        "http://localhost:8000", None, Path("env")
    )
