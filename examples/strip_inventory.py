"""Make an agent's inventory fit to be shown: keep what counting reads, leave everything private out.

    python examples/strip_inventory.py FILE --name build-01 --day 2026-06-29 > build-01.xml

Sections and fields are kept by name; whatever is not listed here is left out, whether this script knows it or not. So
nothing is kept of host names, users, addresses, serial numbers, disks, environment, processes and accounts.
"""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Final

from lxml import etree

KEPT: Final = {
    "ACCESSLOG": ("LOGDATE",),
    "BIOS": ("SMANUFACTURER", "SMODEL"),
    "CPUS": ("CORE", "MANUFACTURER", "NAME", "THREAD"),
    "HARDWARE": ("NAME", "OSNAME", "PROCESSORN", "PROCESSORT"),
    "OPERATINGSYSTEM": ("ARCH", "FULL_NAME", "NAME", "VERSION"),
    "SOFTWARES": ("ARCH", "FROM", "NAME", "PUBLISHER", "VERSION"),
}


def strip(data: bytes, *, name: str, day: date) -> bytes:
    """Return the inventory with the listed fields only, under another host name and day.

    Args:
        data: An inventory as FusionInventory's agent writes it.
        name: The host name to put in place of the real one.
        day: The day to put in place of the real one.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    content = etree.fromstring(data, parser).find("CONTENT")
    root = etree.Element("REQUEST")
    kept = etree.SubElement(root, "CONTENT")
    for section in content if content is not None else ():
        fields = [(field, section.findtext(field, "").strip()) for field in KEPT.get(str(section.tag), ())]
        if any(value for _, value in fields):
            copy = etree.SubElement(kept, str(section.tag))
            for field, value in fields:
                if value:
                    etree.SubElement(copy, field).text = value
    for path, text in (("ACCESSLOG/LOGDATE", f"{day} 06:00:00"), ("HARDWARE/NAME", name)):
        for element in kept.findall(path):
            element.text = text
    etree.SubElement(root, "DEVICEID").text = f"{name}-{day}-06-00-00"
    etree.SubElement(root, "QUERY").text = "INVENTORY"
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def main() -> None:
    """Read a file, write the stripped inventory to standard output."""
    parser = argparse.ArgumentParser(description="Leave everything private out of an agent's inventory.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--name", required=True, help="host name to show")
    parser.add_argument("--day", required=True, type=date.fromisoformat, help="day to show")
    given = parser.parse_args()
    sys.stdout.buffer.write(strip(given.file.read_bytes(), name=given.name, day=given.day))


if __name__ == "__main__":
    main()
