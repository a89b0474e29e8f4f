"""Packages that only some of this one needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def extra(module: str, name: str) -> Any:
    """A module of another package, or an error that says how to get it.

    Raises:
        ImportError: It is not installed.

    >>> from risk_of_harm._extras import extra
    >>> extra("a_module_that_nobody_wrote", "plot")
    Traceback (most recent call last):
    ImportError: this needs the package a_module_that_nobody_wrote: pip install risk-of-harm[plot]
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(f"this needs the package {package}: pip install risk-of-harm[{name}]", name=package) from error
