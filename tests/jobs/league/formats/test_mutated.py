"""Files with bytes changed, cut out or put in: read, or refused, and never anything else."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.league.formats import UnreadableLeague, Upload, read
from tests.jobs.league.formats.files import FILES, zipped
from tests.jobs.league.formats.test_osss import instance
from tests.jobs.league.formats.test_plain_json import plain
from tests.jobs.league.formats.test_robinx import xml

EXAMPLES: dict[str, bytes] = {
    "a.zip": zipped(dict(FILES)),
    "spec.json": json.dumps(plain()).encode(),
    "osss.json": json.dumps(instance()).encode(),
    "robinx.xml": xml(
        '<CA1 max="0" min="0" mode="HA" slots="3;4" teams="2" type="HARD"/>', mode="P"
    ).encode(),
    **{name: text.encode() for name, text in FILES.items()},
}
SNIPPETS = st.one_of(
    st.binary(max_size=4),
    st.sampled_from([b'"', b",", b";", b"\n", b"\0", b"{", b"[", b"]", b"null", b"-1", b"1e999", b"<", b"&"]),
    st.sampled_from(
        [b"9999-12-31", b"0001-01-01", b"99999999999", b"\xff", "\u202e".encode(), b"true", b"PK"]
    ),
)
changes = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), SNIPPETS), min_size=1, max_size=4)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=changes)
def test_a_mutated_file_is_read_or_refused(name: str, changes: list[tuple[float, int, bytes]]) -> None:
    content = EXAMPLES[name]
    for place, cut, snippet in changes:
        at = int(place * len(content))
        content = content[:at] + snippet + content[at + cut :]
    others = [Upload(other, EXAMPLES[other]) for other in FILES if name in FILES and other != name]
    with contextlib.suppress(UnreadableLeague):
        read([Upload(name, content), *others])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), value=JSON, which=st.sampled_from(["spec", "osss"]))
def test_any_value_in_any_place_of_a_json_file_is_read_or_refused(
    data: st.DataObject, value: object, which: str
) -> None:
    whole = plain() if which == "spec" else json.loads(json.dumps(instance()))
    place = whole
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if isinstance(place[key], (dict, list)) and place[key] and data.draw(st.integers(0, 3)):
            place = place[key]
            continue
        place[key] = value
        break
    with contextlib.suppress(UnreadableLeague):
        read([Upload("x.json", json.dumps(whole).encode())])


def test_importing_the_door_loads_no_parser_and_no_solver() -> None:
    """Web and clock import it; what a format needs is loaded when a file is of it."""
    names = ("ortools", "pandas", "sqlalchemy", "icalendar", "defusedxml")
    code = f"import sys, jobs.league.formats; print(*[one for one in {names} if one in sys.modules])"
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == ""
