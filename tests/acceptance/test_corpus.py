"""Real files of other projects through `check`: every account is true by an independent count of the same bytes."""

import json
import re
import shutil
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from sam.catalog.load import load_catalog
from sam.catalog.recognize import recognize
from sam.cli.exits import run
from sam.errors import ExitCode
from sam.inventory import fusioninventory, glpi
from sam.model import SoftwareRow, Title
from sam.swid import parse_software_tag
from tests.acceptance.said import Said, report_of

AGENTS = ("inventory/real-agents", "inventory/glpi", "swid/NVIDIA+nvtrust")
NEVER_READ = re.compile(r"licen[sc]e.*|readme.*|.*\.md", re.IGNORECASE)
SECRETS = ("ENVS", "LOCAL_GROUPS", "LOCAL_USERS", "PROCESSES")
SECONDS = 60


@pytest.fixture(scope="module")
def estate(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Agents' files and tags, checked."""
    folder = tmp_path_factory.mktemp("agents")
    for name in AGENTS:
        copied(corpus / name, folder / "inventory" / Path(name).name)
    assert run(["check", str(folder), "--as-of", "2026-12-01", "--format", "json"]) == ExitCode.FINE
    return folder


@pytest.fixture(scope="module")
def document(estate: Path) -> Any:
    return report_of(estate)


def copied(source: Path, target: Path) -> None:
    """Copy a folder whose files may be read-only."""
    shutil.copytree(source, target, copy_function=shutil.copyfile)


def inputs(folder: Path) -> Iterator[Path]:
    """Yield the files below `inventory/` that are to be accounted for."""
    yield from sorted(
        path for path in (folder / "inventory").rglob("*") if path.is_file() and not NEVER_READ.fullmatch(path.name)
    )


def records_of(path: Path) -> int:
    """Count the records of a file without Trueup: a device, its titles and its operating system; a tag is one."""
    if path.suffix == ".swidtag":
        return int(etree.parse(str(path)).xpath("count(/*[local-name()='SoftwareIdentity'])"))
    if path.suffix == ".xml":
        root = ET.parse(path).getroot()
        if root.findtext("QUERY") != "INVENTORY":
            return 0
        system = root.findtext("CONTENT/HARDWARE/OSNAME") or root.findtext("CONTENT/OPERATINGSYSTEM/FULL_NAME")
        return 1 + len(root.findall("CONTENT/SOFTWARES")) + bool(system)
    if path.suffix == ".json":
        content = json.loads(path.read_bytes()).get("content") if path.parent.name == "examples" else None
        if not content:
            return 0
        titles = len(content.get("softwares", ())) + len(content.get("databases_services", ()))
        return 1 + titles + bool(content.get("operatingsystem", {}).get("full_name"))
    return 0


def software_of(path: Path) -> tuple[SoftwareRow, ...]:
    """Read the software rows of one file alone."""
    data, name = path.read_bytes(), path.name
    if records_of(path) == 0:
        return ()
    if path.suffix == ".swidtag":
        return tuple(parse_software_tag(data, path=name, file="sha").software)
    parse = fusioninventory.parse if path.suffix == ".xml" else glpi.parse
    return tuple(parse(data, path=name, file="sha").software)


def test_the_account_of_every_file_is_what_an_independent_count_finds(estate: Path, document: Any) -> None:
    told = {source["file"]: source for source in document["sources"]}
    expected = {path.relative_to(estate).as_posix(): records_of(path) for path in inputs(estate)}
    assert {file: source["rows"] for file, source in told.items()} == expected
    assert sum(expected.values()) > 1_600
    for source in told.values():
        assert (source["accepted"], source["rejected_count"], source["rejected"]) == (source["rows"], 0, [])


def test_what_is_left_out_for_privacy_is_counted(estate: Path, document: Any) -> None:
    counted = 0
    for source in document["sources"]:
        path = estate / source["file"]
        if source["format"] == "fusioninventory":
            root = ET.parse(path).getroot()
            here = Counter(each.tag for each in root.findall("CONTENT/*") if each.tag in SECRETS and source["rows"])
            assert {key: source["dropped"].get(key, 0) for key in SECRETS} == {key: here[key] for key in SECRETS}
            counted += here.total()
    assert counted > 200


def test_keys_and_environments_reach_no_file_that_is_kept(estate: Path) -> None:
    secrets = set()
    for path in inputs(estate):
        if path.suffix == ".xml" and path.parent.name == "xml":
            root = ET.parse(path).getroot()
            found = [
                *root.iterfind(".//WINPRODKEY"),
                *root.iterfind(".//LICENSEINFOS/KEY"),
                *root.iterfind(".//ENVS/VAL"),
            ]
            secrets |= {each.text.strip() for each in found if each.text and len(each.text.strip()) >= 20}
    assert len(secrets) > 10
    kept = [path for folder in ("out", ".trueup") for path in (estate / folder).rglob("*") if path.is_file()]
    for path in kept:
        data = path.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in data], path.name


def test_the_states_add_up_to_the_evidence_rows(estate: Path, document: Any) -> None:
    devices = sum(records_of(path) > 0 and path.suffix != ".swidtag" for path in inputs(estate))
    evidence = sum(records_of(path) for path in inputs(estate)) - devices
    assert sum(document["summary"]["rows"].values()) == evidence


def test_the_buckets_of_every_product_add_up_to_its_raw_rows(estate: Path, document: Any) -> None:
    rows = [row for path in inputs(estate) for row in software_of(path)]
    titles = [Title(r.name, r.publisher, r.version, r.edition, r.kind, r.code) for r in rows]
    raw = Counter(found.product for found in recognize(load_catalog(), titles) if found.product)
    booked: Counter[str] = Counter()
    for position in document["positions"]:
        booked[position["product"]] += sum(position["buckets"].values())
        assert sum(position["buckets"].values()) == sum(position["sources"].values()), position["id"]
    assert booked == raw


def test_products_stand_on_the_rows_that_the_files_show(estate: Path, document: Any) -> None:
    names = [row.findtext("NAME") or "" for path in inputs(estate) if path.suffix == ".xml" for row in titles_of(path)]
    expected = {
        "openjdk/openjdk": sum(name.startswith("openjdk-") for name in names),
        "community/git": names.count("git"),
        "microsoft/office-home-and-business": sum("Famille et Petite Entreprise" in name for name in names),
    }
    booked: Counter[str] = Counter()
    for position in document["positions"]:
        booked[position["product"]] += sum(position["buckets"].values())
    assert {product: booked[product] for product in expected} == expected
    assert min(expected.values()) > 0


def titles_of(path: Path) -> list[ET.Element]:
    """Return the software records of an agent's file."""
    return ET.parse(path).getroot().findall("CONTENT/SOFTWARES")


def test_import_prints_the_same_account(estate: Path, document: Any, trueup: Callable[..., Said]) -> None:
    files = [estate / source["file"] for source in document["sources"] if source["rows"] > 1]
    said = trueup("-w", estate, "import", *files)
    assert said.code == ExitCode.FINE
    printed = {line.split()[0]: [int(cell.replace(",", "")) for cell in line.split()[2:5]] for line in table(said.out)}
    assert printed == {
        source["file"]: [source["rows"], source["accepted"], source["rejected_count"]]
        for source in document["sources"]
        if source["rows"] > 1
    }


def table(text: str) -> list[str]:
    """Return the lines of a printed table below its header."""
    return text.splitlines()[1:]


def test_the_whole_corpus_is_checked_within_a_minute_and_no_file_is_passed_over(
    corpus: Path, tmp_path: Path, trueup: Callable[..., Said]
) -> None:
    folder = tmp_path / "everything"
    for name in ("inventory", "swid"):
        copied(corpus / name, folder / "inventory" / name)
    started = time.monotonic()
    said = trueup("check", folder, "--as-of", "2026-12-01")
    assert time.monotonic() - started < SECONDS
    assert said.code == ExitCode.FINE, said.err
    document = report_of(folder)
    sources = {source["file"]: source for source in document["sources"]}
    assert set(sources) == {path.relative_to(folder).as_posix() for path in inputs(folder)}
    told: dict[str, list[str]] = {}
    for problem in document["problems"]:
        told.setdefault(re.split(r"[:#]\d*$|#", problem["where"])[0], []).append(problem["message"])
    for file, source in sources.items():
        if not source["rows"]:
            assert any("not read, because" in message for message in told.get(file, ())), file
    assert sum(source["rows"] for source in sources.values()) > 1_800
