"""A seeded estate in every format that evidence comes in, with records that take several lines."""

import csv
import io
import json
import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import openpyxl

from sam.engine import explain, load_workspace

DAY: Final = date(2026, 6, 30)
DEVICES: Final = 24
COUNTRIES: Final = ("DE", "FR")
EDITIONS: Final = ("standard", "enterprise")
VERSIONS: Final = ("1", "2")

CATALOG: Final = """
publisher: {id: acme, name: Acme}
products:
  - id: acme/base
    name: Acme Base
    editions: [{id: standard, rank: 1}, {id: enterprise, rank: 2}]
    releases: [{version: "1", released: 2020-01-01}, {version: "2", released: 2022-01-01}]
    titles: [{regex: '^Acme Base\\b'}]
  - {id: acme/pen, name: Acme Pen, titles: [{regex: '^Acme Pen\\b'}]}
  - {id: acme/box, name: Acme Box, suite: [acme/pen], titles: [{regex: '^Acme Box\\b'}]}
"""
ENTITLEMENTS: Final = """
entitlement_id,product,edition,version,metric,quantity,rights,scope
E-DE,acme/base,standard,2,device,30,downgrade,country:DE
E-FR,acme/base,standard,2,device,30,downgrade,country:FR
E-BOX,acme/box,,,device,3,,
E-PEN,acme/pen,,,user,4,,
"""
PRICES: Final = """
product,edition,version,metric,basis,unit_price
acme/base,standard,,device,list,100
acme/base,enterprise,,device,list,400
acme/pen,,,device,list,30
acme/pen,,,user,list,45
acme/box,,,device,list,70
"""


def ids() -> list[str]:
    """Return the devices of the table."""
    return [f"D{n:02d}" for n in range(1, DEVICES + 1)]


def write_estate(folder: Path, seed: int = 7) -> Path:
    """Write the estate and return its folder; equal seeds give equal bytes."""
    chance = random.Random(seed)
    note = "a note\nover, several\nlines"
    devices: list[list[object]] = [["device_id", "kind", "country", "primary_user_id", "location"]]
    software: list[list[object]] = [["device_id", "publisher", "name", "version", "edition", "note"]]
    for device in ids():
        place = chance.choice(["", note])
        devices.append([device, "laptop", chance.choice(COUNTRIES), f"person.{chance.randrange(9)}", place])
        text = chance.choice(["", note])
        title = f"Acme Base for {device}"
        software.append([device, "Acme", title, chance.choice(VERSIONS), chance.choice(EDITIONS), text])
        software += [[device, "Acme", title, software[-1][3], software[-1][4], note]] * chance.randrange(2)
        if chance.random() < 0.5:
            software.append([device, "Acme", f"Acme Pen {chance.randrange(10)}", "", "", text])
    _write_csv(folder / "devices.csv", devices)
    _write_csv(folder / "software.csv", software)
    for name, text in (("entitlements.csv", ENTITLEMENTS), ("prices.csv", PRICES), ("catalog/acme.yaml", CATALOG)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    _write_others(folder, chance)
    return folder


def _write_csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def _write_others(folder: Path, chance: random.Random) -> None:
    names = ["Acme Pen of an agent", "Something else", "Acme Box of an agent"]
    chance.shuffle(names)
    programs = "".join(f"\n<SOFTWARES>\n <VERSION>1</VERSION>\n <NAME>{n}</NAME>\n</SOFTWARES>\n" for n in names)
    (folder / "agent.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<REQUEST>\n<CONTENT>\n'
        "<BIOS><SSN>S-77</SSN></BIOS>\n<CPUS><CORE>4</CORE></CPUS>\n"
        f"<HARDWARE><NAME>agent-pc</NAME><OSNAME>Agent OS</OSNAME></HARDWARE>{programs}</CONTENT>\n"
        "<DEVICEID>agent-pc</DEVICEID>\n<QUERY>INVENTORY</QUERY>\n</REQUEST>\n",
        encoding="utf-8",
    )
    content = {
        "hardware": {"name": "json-pc"},
        "softwares": [{"version": "1", "name": n} for n in reversed(names)],
        "operatingsystem": {"full_name": "Json OS"},
    }
    document = {"deviceid": "json-pc", "action": "inventory", "content": content}
    (folder / "agent.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    book = openpyxl.Workbook()
    notes, sheet = book.active, book.create_sheet("software")
    assert notes is not None
    notes.append(["just", "notes"])
    sheet.append(["device_id", "name"])
    for n, name in enumerate(names):
        if n:
            sheet.append([])
        sheet.append(["sheet-pc", f"{name} in a sheet"])
    book.save(folder / "software-book.xlsx")
    tag = folder / "inventory" / "devices" / "tag-pc" / "pen.swidtag"
    tag.parent.mkdir(parents=True)
    tag.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- a\ncomment -->\n'
        '<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd"\n'
        ' name="Acme Pen by tag" tagId="pen-1" version="1">\n'
        ' <Entity name="Acme" regid="acme.example" role="softwareCreator tagCreator"/>\n</SoftwareIdentity>\n',
        encoding="utf-8",
    )


def told(folder: Path, kind: str, ident: str, *, names: bool = False) -> list[str]:
    """Return the explanation of something in a workspace."""
    return explain(load_workspace(folder), kind, ident, as_of=DAY, names=names)
