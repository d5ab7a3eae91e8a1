"""Plain values out of a pickle, and nothing else: what rq-scheduler keeps in the meta of a recurring entry.

Stock clients pickle it. Unpickling can run any code that a pickle names, so here every name is refused: what
is left are numbers, texts, lists and dicts. A pickle of those is read, and any other is an error.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, NoReturn


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> NoReturn:
        """Refuse whatever the pickle names."""
        raise pickle.UnpicklingError(f"it names {module}.{name}")


def loads(data: bytes) -> Any:
    """The value.

    Raises:
        ValueError: it is no pickle, or one of more than plain values.
    """
    try:
        return _Plain(io.BytesIO(data)).load()
    except (
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        IndexError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        raise ValueError(f"not a pickle of plain values: {error}") from None


def dumps(value: dict[str, Any]) -> bytes:
    """The value pickled, for the stock client that reads it again."""
    return pickle.dumps(value)
