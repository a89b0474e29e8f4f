"""The pages for analysts: every example in them is run, in its page's order, in an empty folder."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
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
    pytest.importorskip("altair")
    reader = SITE.Reader()
    with SITE.empty_folder():
        for number, (kind, text) in enumerate(SITE.blocks(page), 1):
            reader.run(kind, text, f"{page.name}, example {number}")


@pytest.mark.parametrize("page", [page for page in PAGES if page.suffix == ".md"], ids=lambda page: page.name)
def test_no_example_is_passed_over_by_a_slip_of_its_fence(page: Path) -> None:
    fences = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("```") and line != "```"]
    assert set(fences) <= {"```python", "```bash", "```python notest", "```toml", "```text", "```sql", "```json"}


class Shown:
    """A page, as far as a link of it is concerned."""

    class file:  # noqa: N801
        src_uri = "page.md"


def test_a_link_out_of_the_pages_names_a_file_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    link = "[semantics](../../docs/semantics.md#3-steps)"
    assert SITE.on_page_markdown(link, Shown) == "semantics (`docs/semantics.md` in the repository)"
    monkeypatch.setattr(SITE, "REPOSITORY", "https://example.invalid/risk-of-harm")
    assert (
        SITE.on_page_markdown(link, Shown)
        == "[semantics](https://example.invalid/risk-of-harm/blob/main/docs/semantics.md#3-steps)"
    )
    with pytest.raises(ValueError, match="docs/nowhere.md"):
        SITE.on_page_markdown("[nowhere](../../docs/nowhere.md)", Shown)


def test_the_site_is_built_without_a_warning_and_fetches_nothing_from_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    command = [sys.executable, "-I", "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pages = sorted(tmp_path.glob("*.html"))
    assert {"index.html", "tour.html", "reference.html"} <= {page.name for page in pages}
    for page in pages:
        fetched = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"?(https?://[^\" >]+)", page.read_text(encoding="utf-8"))
        # Where a page says of itself and its neighbours where they stand, nothing is fetched.
        assert all(link.startswith("https://example.invalid/") for link in fetched), page.name
    assert "OUTPUT-OF-CELL" not in (tmp_path / "tour.html").read_text(encoding="utf-8")


def test_the_pages_have_examples() -> None:
    assert sum(len(SITE.blocks(page)) for page in PAGES) > 30


def test_the_notebook_is_kept_without_what_it_showed_somebody() -> None:
    for cell in json.loads((SITE.PAGES / "tour.ipynb").read_text(encoding="utf-8"))["cells"]:
        assert cell.get("outputs", []) == [] and cell.get("execution_count") is None
