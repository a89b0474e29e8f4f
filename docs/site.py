"""What the pages for analysts need beside MkDocs: their examples are run, and the notebook becomes a page with what it shows.

A hook of `mkdocs.yml`; the tests of the package run every page by the same code (`risk-py/tests/test_docs.py`).
"""

from __future__ import annotations

import ast
import base64
import contextlib
import html
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGES = Path(__file__).parent / "python"
ROOT = PAGES.parents[1]
#: The address of the repository, once it is published; the only place that names it.
REPOSITORY = ""

Block = tuple[str, str]
"""What a block is (`python` or `bash`), and its text."""


def blocks(page: Path) -> list[Block]:
    """The examples of a page in its order; those marked `notest` need what a test has not."""
    if page.suffix == ".ipynb":
        cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
        return [("python", "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    found = re.findall(r"^```(python|bash)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [(kind, text) for kind, text in found if not text.startswith("pip install")]


class Reader:
    """Somebody who types in the examples of a page one after the other, in an empty folder."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__"}

    def run(self, kind: str, text: str, at: str) -> tuple[str, Any]:
        """Runs a block. Gives what it printed, and the value of its last line if that is an expression."""
        if kind == "bash":
            return _command(text), None
        commands, lines = [], []
        for line in text.splitlines():
            (commands if line.startswith("!") else lines).append(line)
        printed = "".join(_command(command[1:]) for command in commands)
        tree = ast.parse("\n".join(lines), at)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(tree, at, "exec"), self.names)
            value = eval(compile(ast.Expression(last.value), at, "eval"), self.names) if isinstance(last, ast.Expr) else None
        return printed + out.getvalue(), value


def _command(text: str) -> str:
    # The package's own command stands beside the Python that runs this.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(text, shell=True, check=True, capture_output=True, text=True, env=environment)
    return done.stdout + done.stderr


@contextlib.contextmanager
def empty_folder() -> Iterator[Path]:
    """An empty folder to work in."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(before)


def shown(value: Any) -> str:
    """What a notebook shows of a value, as HTML."""
    if value is None:
        return ""
    if type(value).__module__.startswith("altair"):
        import vl_convert

        drawn = base64.b64encode(vl_convert.vegalite_to_svg(value.to_json()).encode()).decode()
        said = html.escape(value.description or "")
        return f'<p><img alt="{said}" src="data:image/svg+xml;base64,{drawn}"></p>'
    if hasattr(value, "_repr_html_"):
        return str(value._repr_html_())
    return f"<pre>{html.escape(repr(value))}</pre>"


class Notebook:
    """A notebook as a page: its text, its code, and what each cell shows when it is run now."""

    def __init__(self, path: Path) -> None:
        self.outputs: list[str] = []
        parts = []
        reader = Reader()
        with empty_folder():
            for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"], 1):
                text = "".join(cell["source"])
                if cell["cell_type"] == "markdown":
                    parts.append(text)
                    continue
                printed, value = reader.run("python", text, f"{path.name}, cell {number}")
                parts.append(f"```python\n{text}\n```")
                parts.append(self._mark(f"<pre>{html.escape(printed)}</pre>" if printed else "", shown(value)))
        # Pages and pictures are wide.
        self.markdown = "\n\n".join(["---\nhide: [toc]\n---", *parts]) + "\n"

    def _mark(self, *outputs: str) -> str:
        """A mark in the Markdown, which the output takes the place of once the page is HTML."""
        self.outputs.append("".join(outputs))
        return f"OUTPUT-OF-CELL-{len(self.outputs)}"

    def filled(self, page: str) -> str:
        for number, output in enumerate(self.outputs, 1):
            page = page.replace(f"<p>OUTPUT-OF-CELL-{number}</p>", f'<div class="output">{output}</div>')
        return page


NOTEBOOKS: dict[str, Notebook] = {}


def on_files(files: Any, config: Any) -> Any:
    """Each notebook is run and becomes a page; the notebook itself stays, to be taken away."""
    from mkdocs.structure.files import File

    for path in sorted(PAGES.glob("*.ipynb")):
        notebook = NOTEBOOKS.setdefault(f"{path.stem}.md", Notebook(path))
        files.append(File.generated(config, f"{path.stem}.md", content=notebook.markdown))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Replace links to files of the repository: by their address if there is one, otherwise by their path. Each file must exist."""

    def outward(link: re.Match[str]) -> str:
        path = link[2].partition("#")[0]
        if not (ROOT / path).exists():
            raise ValueError(f"{page.file.src_uri}: expected a file of the repository, found none: {path}")
        return f"[{link[1]}]({REPOSITORY}/blob/main/{link[2]})" if REPOSITORY else f"{link[1]} (`{path}` in the repository)"

    markdown = markdown.replace("```python notest\n", "```python\n")
    return re.sub(r"\[([^]]+)\]\(\.\./\.\./([^)]+)\)", outward, markdown)


def on_page_content(page_html: str, page: Any, **_: Any) -> str:
    """What the cells of a notebook showed stands below them."""
    notebook = NOTEBOOKS.get(page.file.src_uri)
    return notebook.filled(page_html) if notebook else page_html
