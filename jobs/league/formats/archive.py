"""What was posted: files, or a ZIP of files, and what each of them is.

Nothing is ever written to disk, so that paths within an archive can do no harm. How much an archive unpacks
to is counted while it is read: the sizes that it declares are not believed.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from jobs.league.formats.outcome import FileFault, Note, UnreadableLeague, Upload, shown

MAX_BYTES = 10 * 1024 * 1024  # of one file, and of all that an archive unpacks to
MAX_MEMBERS = 100
MAX_RATIO = 200  # bytes out of an archive for each byte in it
RATIO_COUNTS_FROM = 100_000  # bytes: a small table of equal rows may well shrink further

# What zipfile raises at broken archives; it promises BadZipFile alone, which does not hold for mutated ones.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, LookupError, RuntimeError),
)
_JUNK = {"thumbs.db", "desktop.ini"}
_WORKBOOK = "is an Excel or OpenDocument workbook: save each sheet as “CSV UTF-8” and post those files"


class Kind(Enum):
    """What a file is by its first bytes, and by its name where those say nothing."""

    TABLE = "csv"
    JSON = "json"
    XML = "xml"


@dataclass(frozen=True)
class Document:
    """A file to read, out of its archive."""

    name: str
    content: bytes
    kind: Kind


def documents(uploads: Sequence[Upload]) -> tuple[list[Document], list[Note]]:
    """All files that were posted, archives unpacked, with notes of those that are no part of a league.

    Raises:
        UnreadableLeague: nothing was posted, or something that cannot be read or is too large.
    """
    found: list[Document] = []
    notes: list[Note] = []
    faults: list[FileFault] = []
    total = 0
    for upload in uploads:
        try:
            for file in _files(upload, MAX_BYTES - total):
                total += len(file.content)
                _add(file, found, notes)
        except UnreadableLeague as error:
            faults += error.faults
    if not faults and not found:
        faults.append(FileFault("(nothing)", None, None, "no file was posted: " + _WANTED))
    if faults:
        raise UnreadableLeague(faults)
    return found, notes


_WANTED = (
    "post teams.csv, divisions.csv and venues.csv, one by one or zipped, or a league as one JSON or XML file"
)


def _add(file: Upload, found: list[Document], notes: list[Note]) -> None:
    suffix = PurePosixPath(file.name).suffix.lower()
    if not file.content.strip() and suffix not in (".csv", ".tsv", ".txt", ".json", ".xml"):
        return
    if suffix in (".md", ".pdf", ".png", ".jpg", ".jpeg", ".gif", ".docx", ".doc", ".html", ".htm"):
        notes.append(Note(file.name, "is not read: it is no part of a league"))
        return
    found.append(Document(file.name, file.content, _kind(file)))


def _files(upload: Upload, room: int) -> Iterator[Upload]:
    name = shown(upload.name) or "(no name)"
    if len(upload.content) > room:
        raise _refused(name, f"is too large: all files together may hold {MAX_BYTES // 1024**2} MB")
    if not upload.content.startswith(b"PK"):
        _check_is_text(name, upload.content)
        yield Upload(name, upload.content)
        return
    try:
        yield from _unpacked(name, upload.content, room)
    except _BROKEN as error:
        if isinstance(error, UnreadableLeague):
            raise
        raise _refused(name, f"cannot be unpacked, it is broken or no ZIP: {shown(error)}") from error


def _unpacked(name: str, content: bytes, room: int) -> Iterator[Upload]:
    """The files of a ZIP, as long as they are few and small."""
    if content.count(b"PK\x01\x02") > 10 * MAX_MEMBERS:  # before the list of them is built in memory
        raise _too_many(name)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [info for info in archive.infolist() if not _junk(info)]
        if any(info.filename in ("[Content_Types].xml", "mimetype") for info in members):
            raise _refused(name, _WORKBOOK)
        if len(members) > MAX_MEMBERS:
            raise _too_many(name)
        names = _short_names(members)
        for info in members:
            where = f"{name}/{names[info.filename]}"
            data = _content(archive, info, where, room)
            room -= len(data)
            if data.startswith(b"PK"):
                raise _refused(
                    where, "is an archive or workbook within a ZIP: put the CSV files into one ZIP"
                )
            _check_is_text(where, data)
            yield Upload(names[info.filename], data)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str, room: int) -> bytes:
    if info.flag_bits & 0x1:
        raise _refused(where, "is encrypted: make the ZIP without a password")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # LZMA may ask for 4 GB at once
        raise _refused(where, "is compressed in an unusual way: make the ZIP with the usual one, Deflate")
    with archive.open(info) as member:
        data = member.read(room + 1)
    if len(data) > room:
        raise _refused(where, f"is too large: a ZIP may unpack to {MAX_BYTES // 1024**2} MB in all")
    if len(data) > max(RATIO_COUNTS_FROM, MAX_RATIO * info.compress_size):
        raise _refused(where, f"unpacks to more than {MAX_RATIO} times its size, which no league does")
    return data


def _junk(info: zipfile.ZipInfo) -> bool:
    """Folders and what operating systems leave behind."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    hidden = path.name.startswith(".") or path.name.lower() in _JUNK
    return info.is_dir() or hidden or "__MACOSX" in path.parts


def _short_names(members: list[zipfile.ZipInfo]) -> dict[str, str]:
    """Names without their folders, unless two files would then have the same."""
    short = [PurePosixPath(info.filename.replace("\\", "/")).name for info in members]
    return {
        info.filename: shown(info.filename if short.count(name) > 1 else name)
        for info, name in zip(members, short, strict=True)
    }


def _check_is_text(name: str, content: bytes) -> None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused(name, _WORKBOOK)
    if content.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")):
        raise _refused(name, "is an archive that is not a ZIP: make a ZIP, or post the files one by one")


def _kind(file: Upload) -> Kind:
    start = file.content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    suffix = PurePosixPath(file.name).suffix.lower()
    if start.startswith(b"<") or suffix == ".xml":
        return Kind.XML
    if start.startswith((b"{", b"[")) or suffix == ".json":
        return Kind.JSON
    return Kind.TABLE


def _too_many(name: str) -> UnreadableLeague:
    return _refused(name, f"holds more than {MAX_MEMBERS} files; a league is four at most")


def _refused(name: str, message: str) -> UnreadableLeague:
    return UnreadableLeague([FileFault(name, None, None, message)])
