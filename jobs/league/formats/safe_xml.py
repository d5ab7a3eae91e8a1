"""XML out of a posted file, with nothing in it that could do harm.

A document type, entities and references to elsewhere are refused, whatever they say; depth and number of
elements are bounded while the file is read, before a tree of it can grow large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from jobs.league.formats.outcome import refused, shown

if TYPE_CHECKING:
    from jobs.league.formats.archive import Document

MAX_DEPTH = 20
MAX_ELEMENTS = 100_000
MAX_ATTRIBUTES = 30


class _TooMuch(Exception):
    """The document is deeper or larger than any league."""


class _BoundedTree(TreeBuilder):
    """Builds the tree, and gives up on one that no league has."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise _TooMuch(f"is nested more than {MAX_DEPTH} deep, which no league is")
        if self._elements > MAX_ELEMENTS:
            raise _TooMuch(f"has more than {MAX_ELEMENTS:,} elements, which no league has")
        if len(attrs) > MAX_ATTRIBUTES:
            raise _TooMuch(f"has an element with more than {MAX_ATTRIBUTES} attributes, which no league has")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse(file: Document) -> Element:
    """The root element of an XML file.

    Raises:
        UnreadableLeague: it is no XML, too large, or declares a document type or entities.
    """
    parser = DefusedXMLParser(target=_BoundedTree(), forbid_dtd=True)
    try:
        parser.feed(file.content)
        root: Element = parser.close()
    except DefusedXmlException as error:
        message = "declares a document type or entities, which are not read, as they can do harm; remove them"
        raise refused(file.name, message) from error
    except _TooMuch as error:
        raise refused(file.name, str(error)) from error
    except ParseError as error:
        line, column = error.position
        message = f"is not XML: {shown(error.msg)} (line {line}, character {column + 1})"
        raise refused(file.name, message, row=line) from error
    except (LookupError, ValueError, AssertionError) as error:  # an encoding that is none, or an empty file
        raise refused(file.name, f"is not XML that can be read: {shown(error)}") from error
    return root
