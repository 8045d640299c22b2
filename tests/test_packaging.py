"""The wheel is all a user needs: both packages, every data file, the example estate, and the command."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Final

import pytest
from hatchling.build import build_wheel

DISTRIBUTIONS: Final = {
    "markupsafe": "jinja2",
    "pydantic_core": "pydantic",
    "python_calamine": "python-calamine",
    "yaml": "pyyaml",
}
"""Modules that are not called as what brings them."""
ROOT: Final = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        name = build_wheel(str(folder))
    finally:
        os.chdir(here)
    return zipfile.ZipFile(folder / name)


@pytest.fixture(scope="module")
def installed(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    wheel.extractall(folder)
    return folder


def tracked(folder: str) -> set[str]:
    listing = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(listing.stdout.splitlines())


def run(installed: Path, work: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the wheel's command from a folder where nothing of the project is to be found."""
    program = "import sys; import sam; sys.argv[0] = 'trueup'; from sam.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_holds_every_file_of_both_packages(wheel: zipfile.ZipFile) -> None:
    missing = {name for name in tracked("sam") | tracked("reports") if (ROOT / name).is_file()} - set(wheel.namelist())
    assert missing == set()


def test_the_wheel_holds_the_example_estate_inside_the_package(wheel: zipfile.ZipFile) -> None:
    example = {name.replace("examples/estate", "sam/engine/example", 1) for name in tracked("examples/estate")}
    assert example
    assert example <= set(wheel.namelist())


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"sam", "reports"}


def test_the_wheel_names_the_command_and_the_license(wheel: zipfile.ZipFile) -> None:
    texts = {name.split("/", 1)[1]: wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/" in name}
    assert "trueup = sam.cli:main" in texts["entry_points.txt"]
    assert "License-Expression: Apache-2.0" in texts["METADATA"]
    assert "Apache License" in texts["licenses/LICENSE"]


def test_the_demo_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    result = run(installed, tmp_path, "demo", "--no-open")
    assert result.returncode == 0, result.stderr
    assert "Costliest positions" in result.stdout
    assert (tmp_path / "trueup-demo" / "out" / "report.html").is_file()


def test_the_lock_is_installable_by_plain_pip_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    assert "--index-url" not in lock
    entries = [part for part in lock.replace("\\\n", " ").splitlines() if part and not part.lstrip().startswith("#")]
    assert entries
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


def test_what_the_program_imports_is_declared_and_what_is_declared_is_imported() -> None:
    nodes = [
        node
        for package in ("sam", "reports")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    ]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    tops = {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"sam", "reports"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.split(r"[<>=]", each)[0] for each in project["dependencies"]}
    assert {DISTRIBUTIONS.get(top, top) for top in tops} == declared


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    named = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lock = (ROOT / "requirements.lock").read_text("utf-8").lower()
    missing = [name for name in named if f"\n{re.split('[<>=]', name)[0].lower()}==" not in f"\n{lock}"]
    assert missing == []
