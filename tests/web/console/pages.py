"""Reading a page as a browser does: its elements with their attributes and text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr", "path", "rect", "use"}


@dataclass
class Element:
    """One element of a page."""

    name: str
    attributes: dict[str, str]
    parts: list[str | Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All the text inside, with single spaces."""
        inside = " ".join(one if isinstance(one, str) else one.text for one in self.parts)
        return " ".join(inside.split())

    def walk(self) -> Iterator[Element]:
        """This element and all inside it."""
        yield self
        for one in self.parts:
            if isinstance(one, Element):
                yield from one.walk()

    def all(self, name: str, /, **attributes: str) -> list[Element]:
        """Elements of that name with these attributes; `data_x` is `data-x`, `class_` one of its classes."""
        wanted = {key.replace("_", "-").strip("-"): value for key, value in attributes.items()}
        return [one for one in self.walk() if one.name == name and one.has(wanted)]

    def one(self, name: str, /, **attributes: str) -> Element:
        """The only such element."""
        found = self.all(name, **attributes)
        assert len(found) == 1, f"{len(found)} of <{name} {attributes}>"
        return found[0]

    def has(self, wanted: dict[str, str]) -> bool:
        """Whether it has these attributes."""
        return all(
            value in self.attributes.get(key, "").split()
            if key == "class"
            else self.attributes.get(key) == value
            for key, value in wanted.items()
        )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("page", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {key: value or "" for key, value in attrs})
        self.open[-1].parts.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        while tag not in VOID and len(self.open) > 1 and self.open.pop().name != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def read(html: str) -> Element:
    """The page's elements."""
    reader = _Reader()
    reader.feed(html)
    return reader.root
