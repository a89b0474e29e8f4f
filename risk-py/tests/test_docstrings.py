"""Each public name has a docstring with an example, and every example of the package is true."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import risk_of_harm

# Those stand for a type or a text, and have no docstring of their own at run time.
_BARE = {"Moment", "Record", "__version__"}


def modules() -> list[ModuleType]:
    names = [found.name for found in pkgutil.iter_modules(risk_of_harm.__path__) if found.name != "_risk"]
    return [risk_of_harm, *(importlib.import_module(f"risk_of_harm.{name}") for name in sorted(names))]


def examples() -> list[doctest.DocTest]:
    found = (doctest.DocTestFinder().find(module, module.__name__) for module in modules())
    return [example for several in found for example in several if example.examples]


def public() -> list[tuple[str, object]]:
    """Every public name, and every public method of those that are classes."""
    named = [(name, getattr(risk_of_harm, name)) for name in risk_of_harm.__all__ if name not in _BARE]
    methods = [
        (f"{name}.{method}", getattr(value, method))
        for name, value in named
        if inspect.isclass(value)
        for method, defined in vars(value).items()
        if not method.startswith("_") and (inspect.isfunction(defined) or isinstance(defined, (classmethod, staticmethod)))
    ]
    return named + methods


@pytest.mark.parametrize(("name", "value"), public(), ids=[name for name, _ in public()])
def test_every_public_name_has_a_docstring_with_an_example(name: str, value: object) -> None:
    text = inspect.getdoc(value) or ""
    assert text, f"{name} has no docstring"
    assert ">>> " in text, f"{name} has no example"


def test_every_public_property_says_what_it_is() -> None:
    for name, value in public():
        if inspect.isclass(value):
            for field, defined in vars(value).items():
                if isinstance(defined, property) and not field.startswith("_"):
                    assert defined.__doc__, f"{name}.{field}"


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_the_example_is_true(example: doctest.DocTest) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    told: list[str] = []
    result = doctest.DocTestRunner(optionflags=flags).run(example, out=told.append)
    assert result.attempted and not result.failed, "".join(told)
