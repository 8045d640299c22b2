"""The transcripts of docs/explain.md: `python -m tests.explain.page` writes them anew, for review in the diff."""

import io
import re
import shlex
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final

from sam.cli.exits import run

PAGE: Final = Path(__file__).parents[2] / "docs" / "explain.md"
_FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)```", re.MULTILINE | re.DOTALL)
_SESSION = re.compile(r"(?<=^```console\n)\$ (trueup [^\n]*)\n(.*?)(?=^```)", re.MULTILINE | re.DOTALL)


def write_files(text: str, folder: Path) -> list[str]:
    """Write the files that the page shows into a folder and return their names."""
    files = _FILE.findall(text)
    for name, content in files:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return [name for name, _ in files]


def sessions(text: str) -> dict[str, str]:
    """Return what the page says each command prints."""
    return dict(_SESSION.findall(text))


def output(command: str, folder: Path) -> str:
    """Return what a command prints when it is given in a folder."""
    shown = io.StringIO()
    with redirect_stdout(shown):
        code = run(["-w", str(folder), *shlex.split(command)[1:]])
    if code:
        raise RuntimeError(f"{command}: exit code {code}")
    return shown.getvalue()


def renewed(text: str) -> str:
    """Return the page with what its commands print now."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_files(text, folder)
        return _SESSION.sub(lambda m: f"$ {m[1]}\n{output(m[1], folder)}", text)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), encoding="utf-8")
