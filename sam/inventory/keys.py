"""The keys by which a machine is known: normalised, and blank where the value is no identifier.

What machines carry in place of an identifier is data (bad_identifiers.csv) and a few general rules: nil, one repeated
character, digits counted up or down, fewer than three characters. Values are compared without spaces and case; patterns
must match the whole value.
"""

import csv
import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from sam.model import Device

_SPACES = re.compile(r"\s+")
_HEX_UUID = re.compile(r"[0-9a-f]{32}")
_UUID_SIGNS = re.compile(r"[-\s:{}()]+")
_VMWARE = re.compile(r"vmware-?(?=[0-9a-f]{2}[ \-])")
_COUNTED: Final = "0123456789" * 4
_PREFIX = re.compile(r"^(?:sn|sys|mb|asset|serialnumber)?[-_:#]?")
_SHORTEST: Final = 3
_MAKER_WORD = re.compile(r"[a-z0-9]+")
_MAKERS: Final = {"hewlett": "hp", "hewlettpackard": "hp", "hpe": "hp"}
"""One company under several names; every other manufacturer is known by the first word of its name."""


class Keys(NamedTuple):
    """The good identifiers of one machine; "" where there is none."""

    uuid: str = ""
    """32 hexadecimal digits, the smaller of the two byte orders."""
    serial: str = ""
    maker: str = ""
    name: str = ""
    domain: str = ""
    macs: frozenset[str] = frozenset()
    discarded: tuple[tuple[str, str], ...] = ()
    """Fields and values that are placeholders."""


def swap_uuid(digits: str) -> str:
    """Reverse the bytes of the first three groups: the other way in which firmware and hypervisors write a UUID."""
    d = digits
    return d[6:8] + d[4:6] + d[2:4] + d[0:2] + d[10:12] + d[8:10] + d[14:16] + d[12:14] + d[16:]


def parse_uuid(text: str) -> str:
    """Return the UUID as 32 digits in its smaller byte order, "" when it is none or filled with one character.

    Reads braces, `urn:uuid:`, VMware's spaced form (`56 4d 99 04 a1 76 a7 62-1b 95 …`) and serial numbers that hold it
    (`VMware-56 4d …`).
    """
    plain = text.strip().casefold().removeprefix("urn:uuid:")
    digits = _UUID_SIGNS.sub("", _VMWARE.sub("", plain))
    if not _HEX_UUID.fullmatch(digits) or is_filler(digits):
        return ""
    return min(digits, swap_uuid(digits))


def is_filler(squeezed: str) -> bool:
    """True for values that no maker issues: too short, one repeated character, digits counted up or down."""
    plain = squeezed.translate(_PUNCTUATION)
    if len(plain) < _SHORTEST or len(set(plain)) == 1:
        return True
    tail = _PREFIX.sub("", squeezed)
    return tail.isdigit() and (tail in _COUNTED or tail[::-1] in _COUNTED)


_PUNCTUATION: Final = str.maketrans("", "", "-_.:/\\ #*()")


@cache
def bad_values() -> dict[str, tuple[frozenset[str], re.Pattern[str]]]:
    """Return the listed placeholders by kind of identifier: exact values and one pattern for the whole value."""
    exact: dict[str, set[str]] = {}
    patterns: dict[str, list[str]] = {}
    with Path(__file__).with_name("bad_identifiers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["match"] == "exact":
                exact.setdefault(row["kind"], set()).add(squeeze(row["value"]))
            else:
                patterns.setdefault(row["kind"], []).append(row["value"])
    return {
        kind: (frozenset(exact.get(kind, ())), re.compile("|".join(f"(?:{p})" for p in patterns.get(kind, ["(?!)"]))))
        for kind in ("any", "serial", "uuid", "mac", "model", "manufacturer", "hostname")
    }


def squeeze(text: str) -> str:
    """Fold case and remove every space, as identifiers are compared."""
    return _SPACES.sub("", text).casefold()


def is_placeholder(kind: str, text: str) -> bool:
    """True when a value of that kind is listed as a placeholder, or empty."""
    plain = squeeze(text)
    kinds = (kind,) if kind in {"mac", "hostname"} else (kind, "any")
    return not plain or any(
        plain in values or pattern.fullmatch(plain) is not None for values, pattern in (bad_values()[k] for k in kinds)
    )


@cache
def _bad_uuids() -> frozenset[str]:
    values, _ = bad_values()["uuid"]
    return frozenset(parse_uuid(value) for value in values)


def good_uuid(text: str) -> str:
    """Return the UUID in its smaller byte order, "" when it is none or known to be shared."""
    digits = parse_uuid(text)
    return "" if digits in _bad_uuids() else digits


def good_serial(text: str) -> str:
    """Return the serial number as it is compared, "" for a placeholder."""
    plain = squeeze(text)
    if not plain or is_placeholder("serial", plain) or is_filler(plain):
        return ""
    if plain.startswith("vmware-"):
        return f"vmware-{parse_uuid(text)}" if parse_uuid(text) else plain
    return plain


@cache
def fold_maker(text: str) -> str:
    """Return the word by which a manufacturer is known: `Dell Inc.` → `dell`; "" for a placeholder."""
    if is_placeholder("manufacturer", text):
        return ""
    match = _MAKER_WORD.search(text.casefold())
    word = match[0] if match else ""
    return _MAKERS.get(word, word)


def good_name(text: str) -> str:
    """Return the short host name as it is compared, "" for a name that names nothing."""
    name = text.strip().partition(".")[0].casefold()
    return "" if not name or is_placeholder("hostname", name) else name


def fold_domain(hostname: str, domain: str) -> str:
    """Return the domain as it is compared: the domain cell, else what follows the host name."""
    plain = domain.strip().strip(".").casefold()
    return plain or hostname.strip().strip(".").partition(".")[2].casefold()


@cache
def _bad_mac(mac: str) -> bool:
    digits = mac.replace(":", "")
    return len(set(digits)) == 1 or is_placeholder("mac", mac)


def keys_of(device: Device) -> Keys:
    """Return a device's good identifiers and the placeholders that were discarded."""
    own_uuid = good_uuid(device.uuid)
    uuid = own_uuid or good_uuid(device.serial if "vmware" in device.serial.casefold() else "")
    serial, maker, name = good_serial(device.serial), fold_maker(device.manufacturer), good_name(device.hostname)
    read = (
        ("uuid", device.uuid, own_uuid),
        ("serial", device.serial, serial),
        ("manufacturer", device.manufacturer, maker),
        ("hostname", device.hostname, name),
    )
    discarded = [(field, value.strip()) for field, value, good in read if value.strip() and not good]
    discarded += [("mac", mac) for mac in device.macs if _bad_mac(mac)]
    if device.model and is_placeholder("model", device.model):
        discarded.append(("model", device.model.strip()))
    macs = frozenset(mac for mac in device.macs if not _bad_mac(mac))
    return Keys(uuid, serial, maker, name, fold_domain(device.hostname, device.domain), macs, tuple(discarded))
