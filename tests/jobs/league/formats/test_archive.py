from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zipfile

import pytest

from jobs.league.formats import Upload, archive, read
from tests.jobs.league.formats.files import FILES, only_fault, refusal, said, spoiled, tables, zipped


def test_a_zip_of_the_tables_is_the_league_that_the_tables_are() -> None:
    found = read([Upload("league.zip", zipped(dict(FILES)))])
    assert found.league == read(tables()).league


def test_a_zip_and_a_table_beside_it_are_read_together() -> None:
    without = {name: text for name, text in FILES.items() if name != "teams.csv"}
    uploads = [Upload("rest.zip", zipped(dict(without))), tables()[0]]
    assert read(uploads).league == read(tables()).league


def test_folders_and_what_systems_leave_behind_do_no_harm() -> None:
    files: dict[str, str | bytes] = {f"My league/2027/{name}": text for name, text in FILES.items()}
    junk: dict[str, str | bytes] = {
        "__MACOSX/My league/._teams.csv": b"\0\5\26\7",
        "My league/.DS_Store": b"\0\0\0\1",
        "Thumbs.db": b"\xd0\xcf",
        "My league/": b"",
    }
    assert read([Upload("a.zip", zipped(files | junk))]).league == read(tables()).league


def test_a_picture_in_the_zip_is_noted_and_not_read() -> None:
    found = read([Upload("a.zip", zipped({**FILES, "logo.png": b"\x89PNG\r\n", "notes.md": "hello"}))])
    assert "logo.png: is not read" in said(found)
    assert "notes.md: is not read" in said(found)


def test_paths_out_of_the_archive_lead_nowhere() -> None:
    files: dict[str, str | bytes] = {f"../../../../etc/{name}": text for name, text in FILES.items()}
    assert read([Upload("a.zip", zipped(files))]).league == read(tables()).league
    windows: dict[str, str | bytes] = {f"C:\\league\\{name}": text for name, text in FILES.items()}
    assert read([Upload("a.zip", zipped(windows))]).league == read(tables()).league


def test_faults_name_the_file_within_the_zip() -> None:
    files: dict[str, str | bytes] = {f"x/{one.name}": one.content for one in spoiled("teams", "Bees", "Ants")}
    fault = only_fault([Upload("a.zip", zipped(files))])
    assert (fault.file, fault.row, fault.column) == ("teams.csv", 3, "name")


def test_a_zip_that_unpacks_to_more_than_the_limit_is_refused() -> None:
    fault = only_fault([Upload("a.zip", zipped({"teams.csv": b"x" * (archive.MAX_BYTES + 1)}))])
    assert "10 MB" in fault.message
    part = random.Random(1).randbytes(archive.MAX_BYTES // 8).hex()  # shrinks by half
    several: dict[str, str | bytes] = {f"{number}.csv": part for number in range(5)}
    content = zipped(several)
    assert len(content) < archive.MAX_BYTES
    assert "10 MB" in only_fault([Upload("a.zip", content)]).message


def test_no_more_than_the_limit_is_unpacked_to_find_that_it_is_exceeded() -> None:
    content = zipped({"teams.csv": bytes(10 * archive.MAX_BYTES)})
    tracemalloc.start()
    try:
        refusal([Upload("a.zip", content)])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * archive.MAX_BYTES


def test_sizes_that_a_zip_declares_are_not_believed() -> None:
    """A member that says it holds 10 bytes and unpacks to 20 MB."""
    size = 2 * archive.MAX_BYTES
    lying = zipped({"teams.csv": b"x" * size}).replace(struct.pack("<L", size), struct.pack("<L", 10))
    assert only_fault([Upload("a.zip", lying)]).file.startswith("a.zip")


def test_a_zip_that_shrinks_its_files_beyond_belief_is_refused() -> None:
    assert "200 times" in only_fault([Upload("a.zip", zipped({"teams.csv": b"x" * 2_000_000}))]).message


def test_a_zip_of_many_files_is_refused() -> None:
    for number in (archive.MAX_MEMBERS + 1, 10 * archive.MAX_MEMBERS + 1):
        many: dict[str, str | bytes] = {f"{one}.csv": "" for one in range(number)}
        assert "more than 100 files" in only_fault([Upload("a.zip", zipped(many))]).message


def test_a_broken_zip_is_refused() -> None:
    whole = zipped(dict(FILES))
    for content in (whole[:-30], whole[: len(whole) // 2], b"PK\x03\x04", b"PK"):
        assert "cannot be unpacked" in only_fault([Upload("a.zip", content)]).message
    flipped = bytearray(whole)
    flipped[60:80] = bytes(20)
    refusal([Upload("a.zip", bytes(flipped))])


def test_an_encrypted_zip_is_refused() -> None:
    content = bytearray(zipped({"teams.csv": "name\n"}, zipfile.ZIP_STORED))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in only_fault([Upload("a.zip", bytes(content))]).message


def test_unusual_compression_is_refused() -> None:
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        content = zipped({"teams.csv": "name\n"}, method)
        assert "Deflate" in only_fault([Upload("a.zip", content)]).message


def test_a_zip_in_a_zip_is_refused() -> None:
    inner = zipped(dict(FILES))
    assert "within a ZIP" in only_fault([Upload("a.zip", zipped({"b.zip": inner}))]).message


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (zipped({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}), "CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "CSV UTF-8"),
        (b"\x1f\x8b\x08" + bytes(20), "make a ZIP"),
    ],
)
def test_workbooks_and_other_archives_are_told_what_to_be_saved_as(content: bytes, advice: str) -> None:
    assert advice in only_fault([Upload("league.bin", content)]).message


def test_nothing_posted_is_told_what_to_post() -> None:
    assert "teams.csv" in only_fault([]).message
    assert "teams.csv" in only_fault([Upload("a.zip", zipped({}))]).message


def test_a_file_of_more_than_the_limit_is_refused() -> None:
    assert "10 MB" in only_fault([Upload("teams.csv", b"a" * (archive.MAX_BYTES + 1))]).message


def test_tables_beside_a_whole_league_are_refused() -> None:
    fault = only_fault([Upload("a.json", b"{}"), Upload("b.xml", b"<Instance/>")])
    assert (fault.file, "one file too many" in fault.message) == ("b.xml", True)


def test_names_of_files_are_shown_without_tricks() -> None:
    fault = only_fault([Upload("a\x1b[31m\n" + "b" * 500, b"PK")])
    assert fault.file.isprintable()
    assert len(fault.file) <= 80


def test_the_content_decides_and_not_the_name() -> None:
    buffer = io.BytesIO(zipped(dict(FILES)))
    assert read([Upload("teams.csv", buffer.getvalue())]).league == read(tables()).league
    assert "JSON" in only_fault([Upload("teams.csv", b"{")]).message
