"""RQ's test-suite: fetched from its source distribution, checked, unpacked, with what it needs to run.

Owns the cache folder and nothing that runs. pip decides where packages come from.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib import metadata
from pathlib import Path

VERSION = "3.0.0"
SHA256 = "b41e39b3c36ec3faf9e2402c638a0b25fe18ebb93a1cb15193bc69694f054618"
"""Of rq-3.0.0.tar.gz. pip does not hold a source distribution to a hash unless all it pulls in has one."""

PSUTIL = "psutil==7.2.2"
"""RQ's test_worker.py imports it. Nothing else of ours does, so it stays out of our requirements."""


class SuiteError(Exception):
    """The suite cannot be had. The text says what is wrong."""


def prepare(cache: Path) -> Path:
    """Put RQ's tests and what they need into a folder, if they are not there yet.

    Args:
        cache: the folder; made if it is missing.

    Returns:
        The folder that pytest runs in. It holds `tests/` and RQ's configuration, but not `rq/`: the RQ
        under test is the installed one, which our worker imports too.

    Raises:
        SuiteError: another RQ is installed, pip found no such package, or the file is not the one we know.
    """
    if (installed := metadata.version("rq")) != VERSION:
        raise SuiteError(f"RQ {installed} is installed, and these are the tests of {VERSION}: change both.")
    archive = cache / f"rq-{VERSION}.tar.gz"
    if not archive.exists():
        _download(archive)
    _check(archive)
    _install_psutil(packages(cache))
    return _unpack(archive, cache / "suite")


def packages(cache: Path) -> Path:
    """The folder with the packages that only RQ's tests need."""
    return cache / "packages"


def _download(archive: Path) -> None:
    """Fetch the source distribution. pip builds its metadata on the way, which brings in hatchling."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        _pip("download", "--no-deps", "--no-binary", "rq", "--dest", folder, f"rq=={VERSION}")
        shutil.move(Path(folder) / archive.name, archive)


def _check(archive: Path) -> None:
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256:
        archive.unlink()
        raise SuiteError(f"{archive.name} has the SHA-256 {found} and not {SHA256}: removed.")


def _install_psutil(target: Path) -> None:
    if not (target / "psutil").exists():
        _pip("install", "--no-deps", "--target", str(target), PSUTIL)


def _unpack(archive: Path, folder: Path) -> Path:
    """Unpack it afresh at each run: the tests write into their folder."""
    shutil.rmtree(folder, ignore_errors=True)
    wanted = (f"rq-{VERSION}/tests/", f"rq-{VERSION}/pyproject.toml")
    with tarfile.open(archive) as tar:
        members = [one for one in tar.getmembers() if one.name.startswith(wanted)]
        tar.extractall(folder, members, filter="data")
    return folder / f"rq-{VERSION}"


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SuiteError(f"pip {' '.join(arguments)} failed:\n{done.stderr.strip()}")
