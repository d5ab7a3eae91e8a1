"""The page that explains, and what is not there."""

from __future__ import annotations

from tests.sandbox.conftest import Sandbox


def test_the_page_says_what_this_is_and_its_examples_work(sandbox: Sandbox) -> None:
    page = sandbox.answer("/").body.decode()
    assert "This is Longshore's sandbox" in page
    assert "Made up." in page
    example = next(line for line in page.splitlines() if line.strip().startswith("curl 'http"))
    path = "/" + example.strip().removeprefix("curl 'http://127.0.0.1/").removesuffix("'")
    assert sandbox.answer(path).status == 200


def test_elsewhere_is_nothing(sandbox: Sandbox) -> None:
    for path in ("/nowhere", "/faults/1", "/the-odds-api", "/the-odds-api/v3/sports"):
        assert sandbox.answer(path).status == 404
    assert sandbox.answer("/", "DELETE").status == 404
    assert sandbox.answer("/faults", "PUT").status == 405
    assert sandbox.answer("/the-odds-api/v4/sports?apiKey=any", "POST").status == 404
