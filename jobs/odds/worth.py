"""What a price of a ladder is worth under each method."""

from __future__ import annotations

from jobs.odds.model import Line, Method


def evs(line: Line, ev_percent: float, method: Method) -> dict[Method, float]:
    """The EV of a price under each method, in percent, from the one that the engine gives.

    A book is judged by the others, so that the line's own fair price is not quite what it is judged by; how
    far the methods lie apart is nearly the same for both.

    Args:
        line: the price's line.
        ev_percent: its EV by the method that counts.
        method: that method.
    """
    counted = line.fair_by_method.get(method)
    if not counted:
        return {method: ev_percent}
    paid = (1 + ev_percent / 100) / counted
    return {name: (paid * share - 1) * 100 for name, share in line.fair_by_method.items()}
