"""JSON Lines: one JSON value on each line, and nothing but a line feed ends a line.

``str.splitlines`` also breaks at characters that JSON text holds as they are (U+2028, U+2029, U+0085), so it is not used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def values(text: str) -> Iterator[dict[str, Any]]:
    """The values of a text, one a line; empty lines are passed over."""
    return (json.loads(line) for line in text.split("\n") if line)
