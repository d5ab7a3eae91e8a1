"""Checks that the pinned requirements resolve on every Python that we support, with wheels.

For each version: every pin has a wheel that a plain Linux machine takes (but for `SDISTS`), its
`Requires-Python` holds, and the pins are closed: whatever one of them requires, under that version's
own environment markers, is pinned and of a version that fits. pip alone cannot tell the last one for
another Python than its own, since it evaluates markers for the Python that it runs on.

Nothing is installed. Run it as `python bin/check_wheels.py`; it exits with 1 and names what is wrong.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
FILES = ("requirements.txt", "requirements-dev.txt")
SDISTS = {"crontab"}
"""Pins that may come as source: pure Python, no wheel exists."""

VERSIONS = {"3.11": ("3.11.0", "3.11.9"), "3.12": ("3.12.0",), "3.13": ("3.13.0",)}
"""Each Python, and the full versions whose markers are tried: redis asks 3.11.0 to 3.11.2 for more."""

PLATFORMS = [
    "manylinux2014_x86_64",
    "linux_x86_64",
    *(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)),
]


def pins() -> dict[str, Requirement]:
    """The pinned requirements of all files, by canonical name."""
    lines = [line for name in FILES for line in (ROOT / name).read_text().splitlines()]
    texts = [re.sub(r"(^|\s)#.*", "", line).strip() for line in lines]
    found = [Requirement(text) for text in texts if text and not text.startswith("-r")]
    return {canonicalize_name(one.name): one for one in found}


def environment(full: str) -> dict[str, str]:
    """The environment markers of a Linux machine with that Python."""
    return {
        "python_full_version": full,
        "python_version": full.rpartition(".")[0],
        "implementation_version": full,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": "x86_64",
    }


def report(arguments: list[str], wanted: list[Requirement], folder: Path) -> list[dict[str, Any]]:
    """What pip would install, without what that requires."""
    out = folder / "report.json"
    # Without markers: async-timeout is looked at too, whatever Python this runs on.
    names = [f"{one.name}{one.specifier}" for one in wanted]
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        "--quiet",
    ]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", "--report", str(out), *arguments, *names],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"pip {' '.join(arguments[2:4])}:\n{done.stderr.strip()}")
    items: list[dict[str, Any]] = json.loads(out.read_text())["install"]
    return items


def metadata(version: str, pinned: dict[str, Requirement], folder: Path) -> dict[str, Any]:
    """The metadata of every pin's wheel for that Python, by canonical name."""
    wheels = [one for name, one in pinned.items() if name not in SDISTS]
    # pip wants a target for a Python other than its own, though a dry run does not write to it.
    target = ["--target", str(folder / "none"), "--python-version", version, "--only-binary", ":all:"]
    target += [part for platform in PLATFORMS for part in ("--platform", platform)]
    items = report(target, wheels, folder)
    items += report([], [one for name, one in pinned.items() if name in SDISTS], folder)
    return {canonicalize_name(item["metadata"]["name"]): item["metadata"] for item in items}


def gaps(full: str, pinned: dict[str, Requirement], found: dict[str, Any]) -> Iterator[str]:
    """What the pins require on that Python and do not pin, or pin to a version that does not fit."""
    markers = environment(full)
    work = [
        (name, one.extras)
        for name, one in pinned.items()
        if one.marker is None or one.marker.evaluate(markers)
    ]
    present = {name for name, _ in work}
    for name, extras in work:
        for text in found[name].get("requires_dist", []):
            needs = Requirement(text)
            asked = needs.marker is None or any(
                needs.marker.evaluate(markers | {"extra": extra}) for extra in ("", *extras)
            )
            other = canonicalize_name(needs.name)
            if not asked:
                continue
            if other not in present:
                yield f"Python {full}: {name} requires {text}, which is not pinned"
            elif not needs.specifier.contains(found[other]["version"], prereleases=True):
                yield f"Python {full}: {name} requires {text}, but {found[other]['version']} is pinned"


def main() -> int:
    """Check all versions; print one line for each, and every fault."""
    pinned = pins()
    faults = [
        f"{one} is not pinned with ==" for one in pinned.values() if not str(one.specifier).startswith("==")
    ]
    with tempfile.TemporaryDirectory() as folder:
        for version, fulls in VERSIONS.items():
            found = metadata(version, pinned, Path(folder))
            new = [fault for full in fulls for fault in gaps(full, pinned, found)]
            faults += new
            print(f"Python {version}: {len(found)} pins, {'closed' if not new else 'NOT closed'}", flush=True)
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
