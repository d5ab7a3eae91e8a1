"""The docs name every setting, route, job, command and dependency: a new one without a line fails here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from longshore.catalog import catalog
from longshore.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def text(name: str) -> str:
    """A document."""
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"| `{name.upper()}` |" in text("settings.md")


def test_no_setting_is_documented_that_is_not_there() -> None:
    named = re.findall(r"^\| `([A-Z_]+)` \|", text("settings.md"), re.MULTILINE)
    assert {one.lower() for one in named} == set(Settings.model_fields)


def test_every_route_of_the_api_is_documented_and_no_other(app: Flask) -> None:
    there = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/api", "/health", "/ready", "/openapi")) or rule.rule == "/docs"
    }
    documented = set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", text("api.md"), re.MULTILINE))
    assert documented == there


def test_every_job_is_documented_and_no_other() -> None:
    named = set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", text("jobs.md"), re.MULTILINE))
    assert named == {one.name for one in catalog if one.func.__module__.startswith("jobs.")}


def test_every_argument_of_a_declaration_is_documented() -> None:
    import inspect

    from longshore import job

    table = text("jobs.md")
    for name in inspect.signature(job).parameters.keys() - {"into"}:
        assert f"`{name}`" in table


def test_every_command_is_documented(app: Flask) -> None:
    for group in ("jobs", "tasks", "schedules", "token", "db"):
        for command in app.cli.commands[group].commands:  # type: ignore[attr-defined]
            assert re.search(rf"`flask {group} [^|]*\b{command}\b", text("api.md")), f"{group} {command}"
    for command in ("doctor", "release-check"):
        assert f"`flask {command}`" in text("api.md")


def requirements(name: str) -> set[str]:
    """The packages of a requirements file that are chosen, not pulled in."""
    chosen = (ROOT / name).read_text().split("# --- pulled in")[0]
    return {line.split("==")[0].split("[")[0].lower() for line in chosen.splitlines() if "==" in line}


@pytest.mark.parametrize(
    "name", sorted(requirements("requirements.txt") | requirements("requirements-dev.txt"))
)
def test_every_chosen_dependency_has_its_reason(name: str) -> None:
    assert f"`{name}`" in text("dependencies.md").lower()


def test_relative_links_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (document.parent / target).exists(), f"{document.name}: {target}"
