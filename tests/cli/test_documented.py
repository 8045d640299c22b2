"""docs/commands.md tells every command and every option, and no other."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from typer.main import get_command

import reports
from sam.cli.app import app

TEXT: Final = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text("utf-8")
SECTIONS: Final = {part.split("\n", 1)[0].strip(): part for part in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]}
GENERAL: Final = {"For every command", "Exit codes"}


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path), command
        return
    for name in inner:
        yield from commands(inner[name], (*path, name))


COMMANDS: Final = dict(commands(get_command(app)))


def options(command: Any) -> set[str]:
    return {name for each in command.params for name in each.opts if name.startswith("-")}


def test_every_command_has_a_section_and_every_section_a_command() -> None:
    assert set(SECTIONS) - GENERAL == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_options_of_a_command_are_told_and_no_others(name: str) -> None:
    told = {
        each
        for line in re.findall(r"^\| (`-.*?) \|", SECTIONS[name], flags=re.MULTILINE)
        for each in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line)
    }
    assert told == options(COMMANDS[name])


def test_the_options_before_the_command_are_told() -> None:
    assert all(f"`{name}" in SECTIONS["For every command"] for name in options(get_command(app)))


def test_the_help_of_report_names_every_format() -> None:
    (option,) = (each for each in COMMANDS["report"].params if each.name == "formats")
    assert set(reports.FORMATS) <= set(re.findall(r"[a-z-]+", option.help))
    assert set(reports.FORMATS) <= set(re.findall(r"`([a-z-]+)`", SECTIONS["report"]))
