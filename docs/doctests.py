"""Examples in docstrings stand among the text; on a page each becomes a block of code. An extension of Griffe for `mkdocs.yml`."""

from __future__ import annotations

import re
from typing import Any

import griffe

EXAMPLE = re.compile(r"(?:^>>> .*\n?(?:^(?!\n).+\n?)*)", re.MULTILINE)


class Doctests(griffe.Extension):
    """Fences each example, from its first prompt to the next empty line."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            obj.docstring.value = EXAMPLE.sub(lambda found: f"```pycon\n{found[0].rstrip()}\n```\n", obj.docstring.value)
