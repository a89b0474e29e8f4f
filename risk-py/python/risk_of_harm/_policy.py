"""Policies: the rules that a case is folded with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from . import _html, _risk
from ._errors import PolicyError, call, expect, mismatch, utf8


class Policy:
    """A policy: checked, compiled, and unchangeable. Any number of threads may use one; it can be pickled.

    Where a policy may be left out, the pack that is built in is meant.

    >>> import risk_of_harm
    >>> policy = risk_of_harm.Policy.embedded()
    >>> policy.id, policy.locality
    ('england-wales', None)
    """

    __slots__ = ("_inner", "_locality")
    _inner: _risk.Policy
    _locality: str | None

    def __init__(self) -> None:
        raise TypeError("use Policy.embedded(), Policy.from_folder(...) or Policy.from_files(...)")

    @classmethod
    def _of(cls, files: Any, overlays: Any, locality: str | None) -> Policy:
        self = object.__new__(cls)
        self._inner = call(_risk.Policy, files, overlays, locality)
        self._locality = locality
        return self

    @classmethod
    def embedded(cls, *, overlays: Iterable[str | Path] = (), locality: str | None = None) -> Policy:
        """The pack for England and Wales that is built in, with local overlays and for a locality.

        Args:
            overlays: Files that set parameters and add rules.
            locality: Whose parameters and rules count.

        Raises:
            PolicyError: An overlay has errors, or nobody speaks of that locality.

        >>> import risk_of_harm
        >>> len(risk_of_harm.Policy.embedded().digest)
        64
        """
        read = _read_all(overlays)
        return cls._of(None, read, locality) if read or locality is not None else _embedded()

    @classmethod
    def from_folder(
        cls, folder: str | Path, *, overlays: Iterable[str | Path] = (), locality: str | None = None
    ) -> Policy:
        """The policy in a folder of ``.toml`` files; names that begin with a dot are passed over.

        Raises:
            PolicyError: It has errors; all of them are in ``errors``, each with file, line and column.
            FileNotFoundError: There is no such folder, or no ``.toml`` file in it.

        >>> import risk_of_harm
        >>> risk_of_harm.Policy.from_folder("nowhere")
        Traceback (most recent call last):
        FileNotFoundError: nowhere: expected a folder that holds .toml files, found none
        """
        files = _read_all(_risk.policy_files(os.fspath(folder))) if Path(folder).is_dir() else []
        if not files:
            raise FileNotFoundError(f"{_risk.inert(str(folder))}: expected a folder that holds .toml files, found none")
        return cls._of(files, _read_all(overlays), locality)

    @classmethod
    def from_files(
        cls, files: Mapping[str, str], *, overlays: Mapping[str, str] | None = None, locality: str | None = None
    ) -> Policy:
        """The policy in texts, each under the name that messages give it.

        Raises:
            PolicyError: It has errors.

        >>> import risk_of_harm
        >>> try:
        ...     risk_of_harm.Policy.from_files({"rules.toml": "[[rule]"})
        ... except risk_of_harm.PolicyError as error:
        ...     print(error.errors[0]["file"], error.errors[0]["line"])
        rules.toml 1
        """
        return cls._of(_texts(files), _texts({} if overlays is None else overlays), locality)

    @property
    def id(self) -> str:
        """Its id, such as ``england-wales``."""
        return self._inner.id

    @property
    def version(self) -> str:
        """Its version."""
        return self._inner.version

    @property
    def title(self) -> str:
        """Its title."""
        return self._inner.title

    @property
    def digest(self) -> str:
        """The digest of its meaning: 64 hexadecimal digits, the same for the same rules however they are laid out."""
        return self._inner.digest

    @property
    def reviewed_through(self) -> date:
        """The last day through which it was reviewed; an answer for a later day says so."""
        return date.fromisoformat(self._inner.reviewed_through)

    @property
    def locality(self) -> str | None:
        """The locality that it was resolved for."""
        return self._locality

    def check(self) -> list[dict[str, Any]]:
        """What is allowed and deserves a look: ``file``, ``line``, ``column`` and ``message`` each.

        >>> import risk_of_harm
        >>> risk_of_harm.Policy.embedded().check()
        []
        """
        return list(json.loads(call(self._inner.warnings)))

    def show(self, form: str = "text") -> str:
        """The policy whole: as ``text``, ``markdown``, ``guide`` (by obligation) or ``json``.

        >>> import risk_of_harm
        >>> "plw-raised-risk" in risk_of_harm.Policy.embedded().show()
        True
        """
        return call(self._inner.show, form)

    def diff(self, other: Policy) -> dict[str, Any]:
        """In what another policy differs from this one, entry by entry and field by field.

        >>> import risk_of_harm
        >>> policy = risk_of_harm.Policy.embedded()
        >>> policy.diff(policy)["entries"]
        []
        """
        return dict(json.loads(call(self._inner.diff, expect("other", other, Policy)._inner)))

    def test(self) -> list[dict[str, Any]]:
        """How the tests beside the rules go: ``name``, ``file``, ``line``, and ``failures``, empty where one passes.

        >>> import risk_of_harm
        >>> [test for test in risk_of_harm.Policy.embedded().test() if test["failures"]]
        []
        """
        return list(json.loads(call(self._inner.test)))

    def _repr_html_(self) -> str:
        return _html.policy(self)

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, Policy) and other.digest == self.digest
        return same and isinstance(other, Policy) and other.locality == self.locality

    def __hash__(self) -> int:
        return hash((self.digest, self.locality))

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, self._inner.given()

    def __repr__(self) -> str:
        locality = f", locality={self.locality!r}" if self.locality else ""
        return f"<Policy {self.id} {self.version} ({self.digest[:12]}){locality}>"


@lru_cache(maxsize=1)
def _embedded() -> Policy:
    """The pack that is built in: loaded once, as it cannot change."""
    return Policy._of(None, [], None)


def _again(files: Any, overlays: Any, locality: str | None) -> Policy:
    return Policy._of(files, overlays, locality) if files or overlays or locality is not None else _embedded()


def _read_all(paths: Iterable[str | Path]) -> list[tuple[str, str]]:
    if isinstance(paths, (str, Path)):
        raise TypeError("overlays: expected a list of files, found one")
    return [_read(Path(path)) for path in paths]


def _read(path: Path) -> tuple[str, str]:
    raw = path.read_bytes()
    if unlike := _risk.not_utf8(raw):
        line, found = unlike
        raise mismatch(PolicyError, "RISK_NOT_UTF8", _risk.inert(str(path)), "a policy file in UTF-8", f"{found} (line {line})")
    return str(path), raw.decode().replace("\r\n", "\n")


def _texts(files: Mapping[str, str]) -> list[tuple[str, str]]:
    each = dict(files).items()
    return [(utf8("file", name, PolicyError), utf8(name, text, PolicyError)) for name, text in each]
