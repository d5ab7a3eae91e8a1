"""`when=`: a plain function in jobs/ that says whether a slot runs.

It finds the function among modules that are loaded already and asks it. Nothing is ever imported because a
name asks for it, and nothing is called that is not declared to answer yes or no.
"""

from __future__ import annotations

import inspect
import re
import sys
import typing
from collections.abc import Callable, Iterator
from datetime import datetime
from types import FunctionType, ModuleType
from typing import Any

from longshore.errors import ScheduleError
from longshore.triggers.fields import closest

_NAME = re.compile(r"[a-zA-Z]\w*\.[a-zA-Z]\w*")
_RIGHT = "right would be e.g. 'def is_open() -> bool:' or 'def is_open(slot: datetime) -> bool:'"


def function_name(value: Any) -> str:
    """A function's name as it may stand in a schedule.

    Raises:
        ValueError: it is not `<package>.<function>`.
    """
    if not isinstance(value, str) or not _NAME.fullmatch(value) or len(value) > 200:
        raise ValueError(f"{value!r} is no function's name; write <package>.<function>, e.g. 'shop.is_open'")
    return value


def find(wanted: str) -> Callable[..., bool]:
    """The function of that name in a loaded module of `jobs/`.

    Args:
        wanted: `<package>.<function>`, as jobs are named; any module of the package may have the function.

    Raises:
        ScheduleError: there is none, there are several, or it is no plain function that answers yes or no.
    """
    package, _, function = wanted.partition(".")
    here = [one for name, one in _functions(package) if name == function]
    if not here:
        raise ScheduleError(f"when: there is no function {wanted!r} in jobs/{_near(package, function)}")
    if len(here) > 1:
        places = " and ".join(sorted(one.__module__ for one in here))
        raise ScheduleError(f"when: {wanted!r} is ambiguous, it is in {places}; rename one")
    if fault := _fault(here[0]):
        raise ScheduleError(f"when: {wanted} {fault}; {_RIGHT}")
    return here[0]


def ask(func: Callable[..., bool], slot: datetime) -> bool:
    """What the function says of a slot. Its own exceptions come through.

    Args:
        func: as `find` gives it.
        slot: the slot's instant in UTC.

    Raises:
        ScheduleError: it answered something else than True or False.
    """
    answer = func(slot=slot) if "slot" in inspect.signature(func).parameters else func()
    if not isinstance(answer, bool):
        raise ScheduleError(f"when: {func.__name__} answered {answer!r}; {_RIGHT}")
    return answer


def _modules(package: str) -> Iterator[ModuleType]:
    """Loaded modules of that package below any `jobs`, e.g. jobs.shop, jobs.shop.hours, tests.jobs.shop."""
    for path, module in sorted(sys.modules.items()):
        _, found, below = f".{path}".rpartition(".jobs.")
        if found and below.split(".")[0] == package and isinstance(module, ModuleType):
            yield module


def _functions(package: str) -> Iterator[tuple[str, FunctionType]]:
    """The functions that are defined in them, not only imported there."""
    for module in _modules(package):
        for name, one in list(vars(module).items()):
            if isinstance(one, FunctionType) and one.__module__ == module.__name__:
                yield name, one


def _near(package: str, function: str) -> str:
    known = {name for name, one in _functions(package) if not _fault(one)}
    return closest(function, known) or f"; {_RIGHT}"


def _fault(func: FunctionType) -> str:
    if inspect.iscoroutinefunction(func) or inspect.isgeneratorfunction(func):
        return "is no plain function"
    try:
        hints = typing.get_type_hints(func)
    except (NameError, TypeError) as error:
        return f"has an annotation that cannot be resolved ({error})"
    if hints.get("return") is not bool:
        return "is not annotated to return bool"
    required = [one.name for one in inspect.signature(func).parameters.values() if _is_required(one)]
    if required not in ([], ["slot"]):
        return f"asks for {', '.join(required)}"
    return ""


def _is_required(parameter: inspect.Parameter) -> bool:
    variable = parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return parameter.default is inspect.Parameter.empty and not variable
