"""Market hours: the regular trading hours of the well-known stock markets.

The hours are those that the exchanges publish for trading in shares, without what comes before and after
(pre-opening, closing auction, late trading). Holidays and half days come from the holidays library, through
`calendars.py`. Unplanned halts and one-off hours are not known.

Sources, each the exchange's own page on trading hours:

- NYSE, Nasdaq: nyse.com/markets/hours-calendars, nasdaq.com/market-activity/stock-market-holiday-schedule
- Toronto: tsx.com/trading/calendars-and-trading-hours
- Sao Paulo: b3.com.br, Trading hours, Equities. B3 closes an hour later, at 18:00, while New York is on
  winter time; that hour is not counted here.
- London: londonstockexchange.com/equities-trading/business-days
- Euronext: euronext.com/trade/trading-hours-holidays
- Xetra, Frankfurt: cash.deutsche-boerse.com/trading-calendar-and-trading-hours
- SIX: six-group.com, Trading Guide; Madrid: bolsasymercados.es, Trading calendar
- Warsaw: gpw.pl/session-details
- Johannesburg: jse.co.za, Trading hours; Saudi Exchange: saudiexchange.sa, Trading cycle
- Tokyo: jpx.co.jp/english/equities/trading/domestic/01.html (to 15:30 since 5 November 2024)
- Hong Kong: hkex.com.hk, Trading Hours; Shanghai: english.sse.com.cn; Shenzhen: szse.cn/English
- Taiwan: twse.com.tw; Korea: global.krx.co.kr; Singapore: sgx.com/securities/trading
- India: nseindia.com and bseindia.com, Market timings
- Australia: asx.com.au/markets/market-resources/trading-hours-calendar; New Zealand: nzx.com, Trading hours
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from longshore.conditions.calendars import holidays_of
from longshore.conditions.hours import minutes
from longshore.triggers.fields import closest
from longshore.triggers.local import wall


@dataclass(frozen=True)
class Market:
    """A market's regular hours.

    Attributes:
        calendar: its code in the holidays library.
        zone: IANA name of the zone of its hours.
        hours: sessions of a day in local time, each with its end out, e.g. "09:00-11:30 12:30-15:30".
        half: local time at which a half day ends; empty where there are none.
    """

    calendar: str
    zone: str
    hours: str
    half: str = ""

    @functools.cached_property
    def sessions(self) -> tuple[tuple[int, int], ...]:
        """Begin and end of each session in minutes since midnight."""
        return tuple((minutes(one[:5]), minutes(one[6:])) for one in self.hours.split())

    def verdict(self, at: datetime) -> str:
        """Why the market is closed at that instant, or nothing."""
        shown = wall(at, ZoneInfo(self.zone))
        day, minute = shown.date(), shown.hour * 60 + shown.minute
        known = holidays_of(self.calendar, None, day.year)
        if holiday := known.get(day):
            return f"on {day} ({holiday})"
        if not known.is_working_day(day):
            return f"on {day:%A}s"
        if (
            self.half
            and day in holidays_of(self.calendar, None, day.year, "half_day")
            and minute >= minutes(self.half)
        ):
            return f"from {self.half} {self.zone} on {day}, a half day"
        if any(start <= minute < end for start, end in self.sessions):
            return ""
        return f"at {shown:%H:%M} {self.zone} (open {' and '.join(self.hours.split())})"


_NEW_YORK = ("America/New_York", "09:30-16:00", "13:00")
_MAINLAND = ("Asia/Shanghai", "09:30-11:30 13:00-15:00")
_INDIA = ("Asia/Kolkata", "09:15-15:30")
_TABLE = {
    ("NYSE", "XNYS"): Market("XNYS", *_NEW_YORK),
    ("NASDAQ", "XNAS"): Market("XNAS", *_NEW_YORK),
    ("TSX", "XTSE"): Market("XTSE", "America/Toronto", "09:30-16:00", "13:00"),
    ("B3", "BVMF"): Market("BVMF", "America/Sao_Paulo", "10:00-17:00"),
    ("LSE", "XLON"): Market("XLON", "Europe/London", "08:00-16:30", "12:30"),
    ("ENX", "XPAR"): Market("XPAR", "Europe/Paris", "09:00-17:30", "14:05"),
    ("XAMS",): Market("XAMS", "Europe/Amsterdam", "09:00-17:30", "14:05"),
    ("XBRU",): Market("XBRU", "Europe/Brussels", "09:00-17:30", "14:05"),
    ("XLIS",): Market("XLIS", "Europe/Lisbon", "08:00-16:30", "13:05"),
    ("XETR",): Market("XETR", "Europe/Berlin", "09:00-17:30"),
    ("XFRA",): Market("XFRA", "Europe/Berlin", "08:00-22:00"),
    ("SIX", "XSWX"): Market("XSWX", "Europe/Zurich", "09:00-17:30"),
    ("BME", "XMAD"): Market("XMAD", "Europe/Madrid", "09:00-17:30", "14:00"),
    ("GPW", "XWAR"): Market("XWAR", "Europe/Warsaw", "09:00-17:00"),
    ("JSE", "XJSE"): Market("XJSE", "Africa/Johannesburg", "09:00-17:00", "12:00"),
    ("XSAU",): Market("XSAU", "Asia/Riyadh", "10:00-15:00"),
    ("NSE", "XNSE"): Market("XNSE", *_INDIA),
    ("BSE", "XBOM"): Market("XBOM", *_INDIA),
    ("SSE", "XSHG"): Market("XSHG", *_MAINLAND),
    ("SZSE", "XSHE"): Market("XSHE", *_MAINLAND),
    ("HKEX", "SEHK", "XHKG"): Market("XHKG", "Asia/Hong_Kong", "09:30-12:00 13:00-16:00", "12:00"),
    ("TWSE", "XTAI"): Market("XTAI", "Asia/Taipei", "09:00-13:30"),
    ("JPX", "TSE", "XJPX"): Market("XJPX", "Asia/Tokyo", "09:00-11:30 12:30-15:30"),
    ("KRX", "XKRX"): Market("XKRX", "Asia/Seoul", "09:00-15:30"),
    ("SGX", "XSES"): Market("XSES", "Asia/Singapore", "09:00-12:00 13:00-17:00", "12:00"),
    ("ASX", "XASX"): Market("XASX", "Australia/Sydney", "10:00-16:00", "14:10"),
    ("NZX", "XNZE"): Market("XNZE", "Pacific/Auckland", "10:00-16:45", "12:45"),
}
MARKETS = {code: market for codes, market in _TABLE.items() for code in codes}
"""Markets by each of their codes."""


def code(value: Any) -> str:
    """A market's code in upper case.

    Raises:
        ValueError: its hours are not known.
    """
    name = value.strip().upper() if isinstance(value, str) else ""
    if name not in MARKETS:
        near = closest(str(value), MARKETS)
        raise ValueError(f"unknown market {value!r}{near or '; known are ' + ', '.join(sorted(MARKETS))}")
    return name


def verdict(name: str, at: datetime) -> str:
    """Why no slot runs at that instant, e.g. "NYSE is closed on Saturdays", or nothing."""
    closed = MARKETS[name].verdict(at)
    return f"{name} is closed {closed}" if closed else ""
