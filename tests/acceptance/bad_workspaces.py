"""Workspaces with one thing wrong each: what is wrong, where Trueup has to say so, and how the run has to end.

Most stand in `cases/*.yml`; here are those that no text can show. A case holds the files that differ from a small
estate in order (`said.ESTATE`, null leaves one out). `place` is the file, with its line, that a person must be told;
`says` is a part of the message; `rejects` are the places of all rejected records; `exit` is 0 where it is left out.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import openpyxl
import yaml

CASES: Final = Path(__file__).parent / "cases"
DEVICES: Final = "inventory/devices.csv"
SOFTWARE: Final = "inventory/software.csv"
BOOK: Final = "inventory/people.xlsx"


class Case(NamedTuple):
    """One bad workspace."""

    name: str
    files: Mapping[str, str | bytes | None]
    place: str = ""
    says: str = ""
    exit: int = 0
    rejects: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    def is_told(self, text: str) -> bool:
        """True when a text names the place: `file:line`, or `file#record` in a table with one header line."""
        file, _, line = self.place.rpartition(":")
        return self.place in text or (line.isdigit() and f"{file}#{int(line) - 1}" in text)


def every_case() -> Iterator[Case]:
    """Yield all cases."""
    for file in sorted(CASES.glob("*.yml")):
        for entry in yaml.safe_load(file.read_text("utf-8")):
            lists = {key: tuple(entry[key]) for key in ("rejects", "arguments") if key in entry}
            yield Case(**{"files": {}, **entry, **lists})
    yield from bytes_and_sizes()


def bytes_and_sizes() -> Iterator[Case]:
    """Yield the cases of other encodings, binary files and files too large to show."""
    whole = sheet([["user_id"], ["u1"]])
    yield Case(
        "settings in another encoding", {"trueup.toml": "# Stück\n".encode("cp1252")}, "trueup.toml:1", "UTF-8", exit=2
    )
    yield Case(
        "a register that is no database",
        {"trueup.toml": 'register = "notes.txt"\n', "notes.txt": "milk\n" * 500},
        "notes.txt",
        "not a register",
        exit=2,
    )
    yield Case("blanks only", {DEVICES: " \n\n\t\n"}, f"{DEVICES}:1", "no header")
    yield Case(
        "windows-1252", {DEVICES: "device_id,hostname\nPC-1,müller\n".encode("cp1252")}, f"{DEVICES}:1", "windows-1252"
    )
    yield rejected("UTF-16 with a bad row", DEVICES, "device_id,last_seen\nPC-1,gestern\n".encode("utf-16"), "gestern")
    yield rejected("a field of two megabytes", DEVICES, f"device_id,hostname\nPC-1,{'x' * (2 << 20)}\n", "longer than")
    yield rejected("NUL in a device", DEVICES, "device_id,hostname\nPC-1,a\0b\n", "NUL")
    yield rejected("NUL in a title", SOFTWARE, "device_id,name\nPC-1,a\0b\nPC-2,Acme Drafter\n", "NUL")
    yield Case("binary junk by a table's name", {DEVICES: bytes(range(256)) * 64}, f"{DEVICES}:1", "not read")
    yield Case("a workbook that is cut off", {BOOK: whole[: len(whole) // 2]}, f"{BOOK}:1", "damaged")
    yield Case("a workbook that unpacks without end", {BOOK: with_picture(whole)}, f"{BOOK}:1", "200 times")
    yield rejected("a workbook with a bad row", BOOK, sheet([["user_id", "left_on"], ["u1", "soon"]]), "soon")
    yield Case(
        "a workbook of another time",
        {"inventory/people.xls": OLD_OFFICE},
        "inventory/people.xls:1",
        "old or an encrypted",
    )
    yield rejected("an agent's JSON without bottom", "inventory/a.json", AGENT + "[" * 100_000, "JSON", line=1)


def rejected(name: str, file: str, content: str | bytes, says: str, *, line: int = 2) -> Case:
    """Return the case of one file in which one record is rejected."""
    return Case(name, {file: content}, f"{file}:{line}", says, rejects=(f"{file}:{line}",))


OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
AGENT: Final = '{"action": "inventory", "deviceid": "x", "itemtype": "Computer", "content": '


def sheet(rows: list[list[object]]) -> bytes:
    """Return a workbook with one sheet of people."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "people"
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_picture(workbook: bytes) -> bytes:
    """Return the workbook with a picture that unpacks to many times its size."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in book.namelist():
            archive.writestr(part, book.read(part))
        archive.writestr("xl/media/image1.bmp", bytes(64 << 20))
    return out.getvalue()
