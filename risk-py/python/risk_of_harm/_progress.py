"""How far long work is."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from ._extras import extra

Progress = Callable[[int, int], object] | bool | None
"""Called now and then with the cases and the records done so far; True: a bar (``pip install risk-of-harm[progress]``)."""


class Told:
    """Tells how far the work is, at most five times a second and at its end."""

    def __init__(self, progress: Progress, rows: int | None) -> None:
        self._bar = extra("tqdm.auto", "progress").tqdm(total=rows, unit=" records") if progress is True else None
        self._tell = progress if callable(progress) else None
        self._last = 0.0
        self._done = (0, 0)
        self._told = (0, 0)

    def now(self, cases: int, events: int) -> None:
        self._done = (cases, events)
        if time.monotonic() - self._last >= 0.2:
            self._say()

    def _say(self) -> None:
        self._last = time.monotonic()
        if self._done == self._told:
            return
        if self._bar is not None:
            self._bar.update(self._done[1] - self._told[1])
        self._told = self._done
        if self._tell is not None:
            self._tell(*self._done)

    def __enter__(self) -> Told:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if error is None:
            self._say()
        if self._bar is not None:
            self._bar.close()
