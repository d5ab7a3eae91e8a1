"""honcho's printer with one more thing: a block of lines without prefix, so that it can be copied."""

from __future__ import annotations

import sys
from typing import Any, TextIO

from honcho.printer import Printer

BLOCK = "block"
"""Type of a message that is printed as it is."""


class HousePrinter:
    """Prints lines as honcho does (time, name, colour on a terminal) and blocks as they are.

    Args:
        output: where to.
    """

    def __init__(self, output: TextIO = sys.stdout) -> None:
        self._output = output
        self._printer = Printer(output)

    @property
    def width(self) -> int:
        """Width of the names' column."""
        return int(self._printer.width)

    @width.setter
    def width(self, value: int) -> None:
        self._printer.width = value

    def write(self, message: Any) -> None:
        """Print one of honcho's messages."""
        if message.type == BLOCK:
            print(message.data, file=self._output, flush=True)
        else:
            self._printer.write(message)
