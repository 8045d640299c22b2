"""Headers nobody knows: a map is proposed, shown, and kept when the user says so."""

from pathlib import Path

import pytest

from sam.cli.exits import run
from sam.engine.mapping import propose_maps
from sam.engine.workspace import load_workspace
from sam.errors import ExitCode

EXPORT = "Computer Name;Software Name;Display Version\nPC-1;Acme Drafter;4.0\nPC-2;Acme Drafter;4.0\n"


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    folder = tmp_path / "estate"
    (folder / "inventory").mkdir(parents=True)
    (folder / "inventory" / "export.csv").write_text(EXPORT)
    (folder / "devices.csv").write_text("device_id\nPC-1\nPC-2\n")
    return folder


def test_a_map_is_proposed_for_unknown_headers_only(estate: Path) -> None:
    (proposed,) = propose_maps(load_workspace(estate), [estate / "inventory" / "export.csv", estate / "devices.csv"])
    assert (proposed.file, proposed.table) == ("inventory/export.csv", "software")
    assert proposed.columns == {"device_id": "Computer Name", "name": "Software Name", "version": "Display Version"}


def test_import_shows_the_proposal_and_keeps_nothing_unasked(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-w", str(estate), "import", str(estate / "inventory" / "export.csv")]) == ExitCode.FINE
    assert 'device_id = "Computer Name"' in capsys.readouterr().err
    assert not (estate / "trueup.toml").exists()


def test_a_kept_map_reads_the_file_and_every_other_file_as_before(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = str(estate / "inventory" / "export.csv")
    assert run(["-w", str(estate), "import", export, "--save-map"]) == ExitCode.FINE
    assert capsys.readouterr().out.splitlines()[1].split()[:4] == ["inventory/export.csv", "table:software", "2", "2"]
    assert run(["-w", str(estate), "list", "devices"]) == ExitCode.FINE
    assert "PC-2" in capsys.readouterr().out


def test_what_the_settings_say_already_is_kept_and_holds(estate: Path) -> None:
    (estate / "trueup.toml").write_text('currency = "CHF"\n\n[[source]]\nglob = "**/*.csv"\n')
    assert run(["-w", str(estate), "import", str(estate / "inventory" / "export.csv"), "--save-map"]) == ExitCode.FINE
    loaded = load_workspace(estate)
    assert loaded.currency == "CHF"
    assert [source.glob for source in loaded.sources] == ["inventory/export.csv", "**/*.csv"]
    assert dict(loaded.sources[0].map)["device_id"] == "Computer Name"
    assert propose_maps(loaded, [estate / "inventory" / "export.csv"]) == ()
