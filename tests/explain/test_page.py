"""docs/explain.md shows what the program prints on the files that the page shows."""

from pathlib import Path

import pytest

from tests.explain.page import PAGE, output, sessions, write_files

TEXT = PAGE.read_text("utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page")
    assert {"devices.csv", "software.csv", "entitlements.csv"} <= set(write_files(TEXT, place))
    return place


@pytest.mark.parametrize("command", sessions(TEXT))
def test_a_transcript_is_what_the_command_prints(folder: Path, command: str) -> None:
    assert sessions(TEXT)[command] == output(command, folder)


def test_every_kind_has_a_transcript() -> None:
    kinds = {command.split()[2] for command in sessions(TEXT)}
    assert kinds == {"device", "product", "position", "finding"}
