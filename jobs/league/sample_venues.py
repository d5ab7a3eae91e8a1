"""The made-up venues of the sample: where they are, their starts, and how many of those there are in all.

Owns places and slots. The league that is made of them is in ``sample``.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter
from dataclasses import dataclass

from jobs.league.spec import Location, Venue
from jobs.league.windows import Weekday

FIRST_DATE = dt.date(2027, 4, 3)  # a Saturday
WEEKENDS = 10
SLOTS_WITHIN = 0.02  # how far from the number of slots a game that was asked for
APART = 211  # steps through venues, so that neighbours do not follow: prime, and more than there are venues
PLACES = (
    *("Alderbrook", "Birchfield", "Cedar Mill", "Dunmore", "Eastmere", "Foxhollow", "Glenwood"),
    *("Harrow Lane", "Ivybridge", "Juniper Hill", "Kingsford", "Larkspur", "Millrace", "Northgate"),
    *("Oak Park", "Pinehurst", "Quarry Road", "Riverside", "Stonebridge", "Thornbury"),
)
DISTRICT = len(PLACES)  # clubs whose teams are mostly each other's opponents
# Further places, from the second district on, each have one of these before one of those.
HEADS = (
    *("Ash", "Bram", "Corn", "Dray", "Elm", "Fern", "Gorse", "Hazel", "Ken"),
    *("Lin", "Marl", "Nether", "Orch", "Pem", "Rook", "Sedge", "Tarn", "Wolver"),
)
TAILS = ("bury", "combe", "dale", "field", "ham", "hurst", "leigh", "stead", "wick", "worth")
# Two of a district's twenty venues have only small pitches: their clubs' older teams are at home on the big
# venue's two.
SMALL_VENUES = ("Harrow Lane", "Quarry Road")
BIG_VENUE = "Oak Park"
SATURDAY, SUNDAY = ["09:00", "10:30", "12:00"], ["10:00", "11:30"]
SHORT_SUNDAY = ["13:00"]
SUNDAY_STARTS = ["14:30", "16:00", "17:30"]
CENTER = (40.9, -93.1)  # of the districts' ring, in degrees
RING_DISTRICTS, RING_KM, DISTRICT_KM, DEGREE_KM = 9, 42.0, 14.0, 111.2


@dataclass
class Ground:
    """A venue in the making: of what district it is, and its starts."""

    place: str
    district: int
    location: Location
    slots: dict[Weekday, list[str]]
    pitches: int
    closed: list[dt.date]
    small: bool

    @property
    def name(self) -> str:
        """The venue's name."""
        return f"{self.place} Fields"

    @property
    def weekly(self) -> int:
        """Slots of one weekend."""
        return self.pitches * sum(len(starts) for starts in self.slots.values())

    @property
    def total(self) -> int:
        """Slots of the season."""
        return WEEKENDS * self.weekly - sum(self.on(date) for date in self.closed)

    def on(self, date: dt.date) -> int:
        """Slots of a date on which it is open."""
        return self.pitches * len(self.slots["saturday" if date.weekday() == 5 else "sunday"])

    def venue(self, young: list[str]) -> Venue:
        """The venue, which takes only these divisions if it is small."""
        return Venue(
            name=self.name,
            slots=self.slots,
            pitches=self.pitches,
            closed_dates=sorted(self.closed),
            location=self.location,
            divisions=young if self.small else None,
        )


def lay_out(index: int, count: int, dice: random.Random) -> Ground:
    """The venue of this number, of so many.

    It has three to eight slots a weekend; every other one is closed on one day.
    """
    closed = [some_day(dice)] if index % 2 else []
    district, spot = divmod(index, DISTRICT)
    whole = (district + 1) * DISTRICT <= count  # a part of a district has no big venue, and no small ones
    small = whole and PLACES[spot] in SMALL_VENUES
    sunday = SHORT_SUNDAY if small or spot % 3 != 1 else SUNDAY
    return Ground(
        place=_place(index),
        district=district,
        location=_location(district, spot),
        slots={"saturday": SATURDAY[:2] if small else [*SATURDAY], "sunday": [*sunday]},
        pitches=2 if whole and PLACES[spot] == BIG_VENUE else 1,
        closed=closed,
        small=small,
    )


def _place(index: int) -> str:
    """The name of a place; every one of 200 is another."""
    if index < DISTRICT:
        return PLACES[index]
    number = index - DISTRICT
    return HEADS[number % len(HEADS)] + TAILS[(number + number // len(HEADS)) % len(TAILS)]


def _location(district: int, spot: int) -> Location:
    """Districts are a city and nine more in a ring round it; each venue has a few kilometres to the next."""
    turn, golden = math.tau / RING_DISTRICTS, math.pi * (3 - math.sqrt(5))
    out = DISTRICT_KM * math.sqrt((spot + 0.5) / DISTRICT)
    ring = RING_KM if district else 0.0
    north = ring * math.cos(district * turn) + out * math.cos(spot * golden)
    east = ring * math.sin(district * turn) + out * math.sin(spot * golden)
    latitude = CENTER[0] + north / DEGREE_KM
    longitude = CENTER[1] + east / DEGREE_KM / math.cos(math.radians(CENTER[0]))
    return Location(latitude=round(latitude, 4), longitude=round(longitude, 4))


def fit(grounds: list[Ground], games: int, slots_per_game: float, at_home: Counter[str]) -> None:
    """Give venues more starts or take some away, evenly, until the slots are as many as were asked for."""
    wanted = round(games * slots_per_game)
    if abs(_slots(grounds) - games * slots_per_game) <= SLOTS_WITHIN * games:
        return

    def supply(index: int, starts: int) -> tuple[float, int]:
        """Slots for each team at home with so many starts more; of venues with as many, not side by side."""
        ground = grounds[index]
        weekly = ground.weekly + starts * ground.pitches
        return weekly / max(1, at_home[ground.name]), APART * index % DISTRICT

    over = _slots(grounds) - wanted
    while over < 0:
        ground = grounds[min(range(len(grounds)), key=lambda index: supply(index, 1))]
        over -= ground.total
        starts = ground.slots["sunday"]
        starts.append(next(start for start in SUNDAY_STARTS if start not in starts))
        over += ground.total
    while rich := [index for index, each in enumerate(grounds) if each.pitches * WEEKENDS <= over]:
        ground = grounds[max(rich, key=lambda index: supply(index, -1))]
        over -= ground.total
        ground.slots["sunday" if len(ground.slots["sunday"]) > 1 else "saturday"].pop()
        over += ground.total
    _close(grounds, over)


def _close(grounds: list[Ground], over: int) -> None:
    """Close venues on some Sunday until there are so many slots fewer."""
    for turn in range(WEEKENDS * len(grounds)):
        again, place = divmod(turn, len(grounds))
        ground = grounds[APART * place % len(grounds)]
        sunday = FIRST_DATE + dt.timedelta(days=7 * (3 * (place + again) % WEEKENDS) + 1)
        if sunday not in ground.closed and ground.on(sunday) <= over:
            ground.closed.append(sunday)
            over -= ground.on(sunday)


def _slots(grounds: list[Ground]) -> int:
    return sum(ground.total for ground in grounds)


def some_day(dice: random.Random) -> dt.date:
    """A Saturday or Sunday of the season."""
    return FIRST_DATE + dt.timedelta(days=7 * dice.randrange(WEEKENDS) + dice.randrange(2))
