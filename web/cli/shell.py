"""What the commands share: errors as one line, JSON in and out."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from longshore import connections, settings
from longshore.errors import InvalidParameters, LongshoreError

P = ParamSpec("P")
T = TypeVar("T")


def plainly(command: Callable[P, T]) -> Callable[P, T]:
    """Turn the errors that a person can do something about into one line on standard error, exit code 1."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except InvalidParameters as error:
            fail("\n".join(f"{one['field']}: {one['message']}" for one in error.errors))
        except LongshoreError as error:
            fail(str(error))
        except RedisError as error:
            where = connections.place(settings.current().redis_url)
            fail(f"Redis at {where} does not answer: {error}; start it, or set REDIS_URL")
        except DBAPIError as error:
            fail(f"the database cannot be used: {str(error.orig).splitlines()[0]}; flask db upgrade may help")

    return wrapped


def fail(message: str) -> NoReturn:
    """End the command with a message and exit code 1."""
    raise click.ClickException(message)


def pairs(given: tuple[str, ...]) -> dict[str, Any]:
    """Parameters from `name=value` arguments; a value is JSON where it reads as JSON, else text."""
    found: dict[str, Any] = {}
    for one in given:
        name, separator, text = one.partition("=")
        if not separator:
            fail(f"{one!r}: parameters are written name=value, e.g. seed=7")
        found[name] = _value(text)
    return found


def _value(text: str) -> Any:
    if text.startswith("@"):
        try:
            with open(text[1:], encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError) as error:
            fail(f"{text}: {error}")
    try:
        return json.loads(text)
    except ValueError:
        return text


def show_json(value: Any) -> None:
    """Print a value as indented JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
