"""A league, or the name of one in the library: what jobs take.

Owns how the two are told apart. A plain union would name each fault of a league twice, as it is no text.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import TypeAdapter, WrapValidator

from jobs.league.spec import LeagueSpec, Name

_NAME: TypeAdapter[str] = TypeAdapter(Name)


def _told_apart(value: Any, _: Any) -> LeagueSpec | str:
    return _NAME.validate_python(value) if isinstance(value, str) else LeagueSpec.model_validate(value)


LeagueOrName = Annotated[LeagueSpec | Name, WrapValidator(_told_apart)]
