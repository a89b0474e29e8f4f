"""The pages for analysts: every example in them is run, in its page's order, in an empty folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def the_site() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_of_the_docs", ROOT / "docs" / "site.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


SITE = the_site()
PAGES = sorted([*SITE.PAGES.glob("*.md"), *SITE.PAGES.glob("*.ipynb"), ROOT / "risk-py" / "README.md"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_of_a_page_runs(page: Path) -> None:
    reader = SITE.Reader()
    with SITE.empty_folder():
        for number, (kind, text) in enumerate(SITE.blocks(page), 1):
            reader.run(kind, text, f"{page.name}, example {number}")


@pytest.mark.parametrize("page", [page for page in PAGES if page.suffix == ".md"], ids=lambda page: page.name)
def test_no_example_is_passed_over_by_a_slip_of_its_fence(page: Path) -> None:
    fences = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("```") and line != "```"]
    assert set(fences) <= {"```python", "```bash", "```python notest", "```toml", "```text", "```sql", "```json"}


def test_the_pages_have_examples() -> None:
    assert sum(len(SITE.blocks(page)) for page in PAGES) > 30


def test_the_notebook_is_kept_without_what_it_showed_somebody() -> None:
    import json

    for cell in json.loads((SITE.PAGES / "tour.ipynb").read_text(encoding="utf-8"))["cells"]:
        assert cell.get("outputs", []) == [] and cell.get("execution_count") is None
