"""What a job's declaration says about doing without workers: `fallback="wait"`, `"refuse"` or `Inline(…)`.

`Inline` holds the limits of a run in the web process, and this module applies them to parameters. It knows
nothing of Redis; who decides when they apply is `fallback`, who runs is `inline`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from longshore.durations import Duration, seconds
from longshore.parameters import Parameters

LONGEST = 25
"""Most seconds of an inline run: a request waits for it, and Heroku's router waits for no longer than 30."""
_NUMBERS = frozenset(("integer", "number"))


@dataclass(frozen=True)
class Inline:
    """Run in a child process of the web process, within limits, when there is no worker or no Redis.

    Attributes:
        timeout: how long it may take, its start included; 1 to 25 seconds. The job's own limit holds as well.
        at_most: by parameter: a maximum for a number, or how many items of a list are taken, the first ones.
    """

    timeout: Duration = "20s"
    at_most: Mapping[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """The timeout."""
        return seconds(self.timeout)


Fallback = Literal["wait", "refuse"] | Inline
"""What an enqueue does when nobody is there to run the task."""


def declared(given: Any, parameters: Parameters, overlap: bool = True) -> Fallback:
    """What a declaration says, checked against the job's parameters.

    Args:
        given: as `@job` got it.
        parameters: the job's.
        overlap: whether two of its tasks may run at once.

    Raises:
        ValueError: it is none of the three, or a limit does not fit.
    """
    if given == "wait" or given == "refuse":
        return "wait" if given == "wait" else "refuse"
    found = Inline() if given == "inline" else given
    if not isinstance(found, Inline):
        raise ValueError(f"fallback is 'wait', 'refuse' or Inline(timeout=…, at_most=…), got {given!r}")
    if not 1 <= found.seconds <= LONGEST:
        raise ValueError(
            f"Inline(timeout={found.timeout!r}): it is 1 to {LONGEST} seconds, as a request waits"
        )
    if not overlap:
        raise ValueError(
            "overlap=False cannot be kept by an inline run, of which no worker knows; "
            "take fallback='wait' or 'refuse'"
        )
    at_most = dict(found.at_most)
    for name, most in at_most.items():
        _check(parameters, name, most)
    return replace(found, at_most=at_most)


def _check(parameters: Parameters, name: str, most: Any) -> None:
    fields = parameters.schema.get("properties", {})
    if name not in fields:
        raise ValueError(f"at_most: there is no parameter {name!r}; there is {', '.join(fields) or 'none'}")
    shapes = list(_shapes(fields[name], parameters.schema))
    kinds = {one.get("type") for one in shapes}
    if not kinds & {*_NUMBERS, "array"}:
        raise ValueError(f"at_most: {name!r} is neither a number nor a list, so there is nothing to cut")
    whole = "number" not in kinds
    if not _is_number(most) or (whole and most != int(most)) or ("array" in kinds and most < 1):
        wanted = "a whole number" if whole else "a number"
        least = ", 1 or more" if "array" in kinds else ""
        raise ValueError(f"at_most: {name!r} takes {wanted}{least}, got {most!r}")
    for one in shapes:
        least = one.get("minItems", one.get("minimum", one.get("exclusiveMinimum", -math.inf)))
        if most < least or most == one.get("exclusiveMinimum"):
            raise ValueError(f"at_most: {name!r} is at least {least} by its own annotation, got {most!r}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _shapes(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The plain schemas that a schema allows."""
    if "$ref" in schema:
        yield from _shapes(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    inner = [one for word in ("anyOf", "oneOf", "allOf") for one in schema.get(word, ())]
    for one in inner:
        yield from _shapes(one, root)
    if not inner and "$ref" not in schema:
        yield schema


def cut(
    parameters: Parameters, checked: BaseModel, limits: Inline
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Parameters within limits, defaults included.

    Returns:
        The parameters for the call, as JSON, and what was cut: by name, what was `asked` and what is `used`.
    """
    payload, asked = parameters.payload(checked), checked.model_dump(mode="json")
    limited = {}
    for name, most in limits.at_most.items():
        if _is_above(getattr(checked, name), most, parameters.schema["properties"][name], parameters.schema):
            used = asked[name][: int(most)] if isinstance(asked[name], list) else most
            payload[name] = used
            limited[name] = {"asked": asked[name], "used": used}
    return payload, limited


def _is_above(value: Any, most: float, schema: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    """Whether a value is cut. A number that is null counts as without limit; a list that is null stays."""
    if value is None:
        return not any(one.get("type") == "array" for one in _shapes(schema, root))
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return value > most
    return isinstance(value, Sized) and not isinstance(value, str) and len(value) > most
