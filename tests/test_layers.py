"""The layers hold: the contract of pyproject.toml knows every package, bites, and the lowest layers stand alone."""

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent


def layers() -> str:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = next(c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    return " ".join(contract["layers"])


def modules() -> Iterator[Path]:
    for package in ("sam", "reports"):
        yield from (ROOT / package).rglob("*.py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_part_of_sam_stands_in_a_layer() -> None:
    parts = {
        f"sam.{path.stem}"
        for path in (ROOT / "sam").iterdir()
        if (path / "__init__.py").is_file() or path.suffix == ".py"
    }
    known = set(layers().replace("(", " ").replace(")", " ").replace("|", " ").split())
    assert parts - {"sam.__init__"} <= known


@pytest.mark.parametrize(("below", "above"), [("model", "engine"), ("swid", "inventory"), ("rules", "cli")])
def test_an_import_that_points_up_or_sideways_breaks_the_contract(tmp_path: Path, below: str, above: str) -> None:
    for package in ("sam", "reports"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "sam" / below / "wrong.py").write_text(f"import sam.{above}\n")
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"sam.{below}.wrong -> sam.{above}" in result.stdout.replace("\n", " ")


@pytest.mark.parametrize("part", ["model", "errors.py"])
def test_the_lowest_layers_use_the_standard_library_only(part: str) -> None:
    path = ROOT / "sam" / part
    names = {name for file in ([path] if path.is_file() else path.rglob("*.py")) for name in imported(file)}
    foreign = {name for name in names if name.split(".")[0] not in sys.stdlib_module_names | {"sam"}}
    assert foreign == set()


def test_nothing_below_the_engine_looks_at_the_clock() -> None:
    asking = {
        str(path.relative_to(ROOT))
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"today", "now", "utcnow"}
    }
    assert {path for path in asking if not path.startswith(("sam/cli/", "sam/engine/"))} == set()


def test_no_file_is_longer_than_one_idea_needs() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text("utf-8").splitlines())) > 600
    }
    assert long == {}
