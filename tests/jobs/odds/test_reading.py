"""Several sports are read one after the other, and what fails in one does not lose the others."""

from __future__ import annotations

from jobs.odds.chosen import Scope
from jobs.odds.reading import Read, Reading, read_all
from longshore.errors import LongshoreError
from longshore.upstream import Credits


class Down(LongshoreError):
    """One sport cannot be read."""


class BadKey(LongshoreError):
    """No sport can."""


class MadeUp:
    """A feed that answers, or raises, as the test says."""

    def __init__(self, answers: dict[str, Read | LongshoreError]) -> None:
        self.answers, self.asked = answers, list[str]()

    def odds(self, sport: str, scope: Scope) -> Read:
        self.asked.append(sport)
        answer = self.answers[sport]
        if isinstance(answer, LongshoreError):
            raise answer
        return answer

    def is_hopeless(self, error: LongshoreError) -> bool:
        return isinstance(error, BadKey)


def empty(remaining: int | None) -> Read:
    return Read([], [], None if remaining is None else Credits(remaining, 1), "sandbox")


def read(feed: MadeUp) -> tuple[Reading, list[tuple[int, int, str]]]:
    said: list[tuple[int, int, str]] = []
    scope = Scope(tuple(feed.answers), ("us",), ("h2h",))
    return read_all(feed, scope, lambda *one: said.append(one)), said


def test_every_sport_is_read_in_turn_and_reported() -> None:
    found, said = read(MadeUp({"nfl": empty(100), "nba": empty(90)}))
    assert list(found.by_sport) == ["nfl", "nba"]
    assert found.failed == {}
    assert found.credits == Credits(90, 1)
    assert found.source == "sandbox"
    assert said == [(0, 2, "Reading nfl…"), (1, 2, "Reading nba…"), (2, 2, "Judging prices…")]


def test_one_sport_that_fails_does_not_lose_the_others() -> None:
    found, _ = read(MadeUp({"nfl": empty(100), "nba": Down("it answered 500"), "epl": empty(80)}))
    assert list(found.by_sport) == ["nfl", "epl"]
    assert found.failed == {"nba": "it answered 500"}


def test_what_fails_for_a_reason_that_holds_for_all_is_not_tried_again() -> None:
    feed = MadeUp({"nfl": empty(100), "nba": BadKey("the key is wrong"), "epl": empty(80)})
    found, _ = read(feed)
    assert feed.asked == ["nfl", "nba"]
    assert list(found.by_sport) == ["nfl"]
    assert list(found.failed) == ["nba", "epl"]
    assert "nba failed for a reason that holds for all" in found.failed["epl"]


def test_the_newest_word_on_credits_counts_and_silence_changes_nothing() -> None:
    found, _ = read(MadeUp({"nfl": empty(100), "nba": empty(None)}))
    assert found.credits == Credits(100, 1)
