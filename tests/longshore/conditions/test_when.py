"""`when=`: which functions are found, and what they may answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType

import pytest

from longshore.conditions.when import ask, find
from longshore.errors import ScheduleError

SLOT = datetime(2026, 5, 9, 12, tzinfo=UTC)
SOURCE = """
from __future__ import annotations
from datetime import datetime
from os.path import exists

def is_open() -> bool:
    return True

def is_noon(slot: datetime) -> bool:
    return slot.hour == 12

def with_default(slot: datetime | None = None, least: int = 3) -> bool:
    return slot is not None and least == 3

def says_yes() -> bool:
    return "yes"

def breaks() -> bool:
    raise OSError("no answer")

def untyped():
    return True

def counts() -> int:
    return 1

def needs(place: str) -> bool:
    return True

def broken(slot: Nowhere) -> bool:
    return True

async def later() -> bool:
    return True

class Shop:
    def is_open(self) -> bool:
        return True

shop, number, words = Shop(), 5, []
"""


def make(name: str, source: str = SOURCE) -> ModuleType:
    module = ModuleType(name)
    sys.modules[name] = module
    exec(source, module.__dict__)
    return module


@pytest.fixture(autouse=True)
def shop() -> Iterator[ModuleType]:
    before = set(sys.modules)
    yield make("tests.support.jobs.whenshop.hours")
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_function_anywhere_in_the_package_is_found_and_asked(shop: ModuleType) -> None:
    assert find("whenshop.is_open") is shop.is_open
    assert ask(find("whenshop.is_open"), SLOT) is True
    assert ask(find("whenshop.is_noon"), SLOT) is True
    assert ask(find("whenshop.is_noon"), SLOT.replace(hour=13)) is False
    assert ask(find("whenshop.with_default"), SLOT) is True


@pytest.mark.parametrize("package", ["jobs.whenshop", "jobs.whenshop.deep.down", "tests.jobs.whenshop"])
def test_it_may_stand_in_any_package_of_jobs(package: str) -> None:
    module = make(package, "def elsewhere() -> bool:\n    return True\n")
    assert find("whenshop.elsewhere") is module.elsewhere


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("whenshop.is_opn", "did you mean 'is_open'"),
        ("nowhere.is_open", "no function 'nowhere.is_open' in jobs/; right would be"),
        ("os.getcwd", "no function"),
        ("whenshop.exists", "no function"),  # only imported there
        ("whenshop.Shop", "no function"),
        ("whenshop.number", "no function"),
        ("whenshop.words", "no function"),
        ("whenshop.untyped", "not annotated to return bool"),
        ("whenshop.counts", "not annotated to return bool"),
        ("whenshop.needs", "asks for place"),
        ("whenshop.broken", "cannot be resolved"),
        ("whenshop.later", "no plain function"),
    ],
)
def test_anything_else_is_refused_with_what_is_right(name: str, words: str) -> None:
    with pytest.raises(ScheduleError, match=words):
        find(name)


def test_a_name_imports_nothing() -> None:
    before = set(sys.modules)
    with pytest.raises(ScheduleError):
        find("maintenance_of_nothing.is_open")
    assert set(sys.modules) == before


def test_a_name_that_two_modules_have_is_ambiguous() -> None:
    make("jobs.whenshop")
    with pytest.raises(
        ScheduleError, match=r"ambiguous.*jobs\.whenshop and tests\.support\.jobs\.whenshop\.hours"
    ):
        find("whenshop.is_open")


def test_an_answer_is_true_or_false_and_an_exception_comes_through() -> None:
    with pytest.raises(ScheduleError, match="answered 'yes'"):
        ask(find("whenshop.says_yes"), SLOT)
    with pytest.raises(OSError, match="no answer"):
        ask(find("whenshop.breaks"), SLOT)
