"""Tell which publisher a raw text names: X.500 names, copyright lines, legal forms, domains, mail addresses."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sam.model.words import fold_name

_ORGANISATION = re.compile(r"(?:^|[,/;+]\s*)O\s*=\s*(?:\"([^\"]+)\"|((?:[^,/\\]|\\.)+))", re.IGNORECASE)
_COMMON_NAME = re.compile(r"(?:^|[,/;+]\s*)CN\s*=\s*(?:\"([^\"]+)\"|((?:[^,/\\]|\\.)+))", re.IGNORECASE)
_MAIL = re.compile(r"<?[\w.+-]+@([\w.-]+)>?\s*$")
_URL = re.compile(r"^(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:[/:?#].*)?$", re.IGNORECASE)
_REGID = re.compile(r"^regid\.\d{4}-\d{2}\.([\w.-]+)", re.IGNORECASE)
_COPYRIGHT = re.compile(
    r"^(?:(?:copyright|\(c\)|©)[\s.,:]*)+(?:\d{4}(?:\s*[-–,]\s*(?:\d{4}|present))*[\s.,]*)*(?:by\s+)?", re.IGNORECASE
)
_RIGHTS = re.compile(r"[\s.,;]*(?:\d{4}(?:\s*[-–,]\s*\d{4})*[\s.,]*)?all rights reserved\.?.*$", re.IGNORECASE)
_TRAILING = re.compile(r"[\s.,;:]+$")
_LEGAL = frozenset(
    """inc incorporated corp corporation corporations co company ltd limited llc lllp llp lp plc gmbh ag kg kgaa mbh se
    sa sas sarl srl spa sro as asa ab oy oyj bv nv pty pte kk kft zrt ug ev ooo zao pvt foundation & and""".split()
)
_PLACES = frozenset(
    """america usa us uk europe emea deutschland germany france ireland international japan india canada australia
    nederland netherlands italia""".split()
)
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}", re.IGNORECASE)
_LAST = re.compile(r"[\s,]+([\w&]+)$")


def plain_publisher(text: str) -> str:
    """Return the name in a raw publisher text, folded, without wrapping, copyright words, marks and legal form."""
    name = unwrap_publisher(text)
    name = fold_name(_RIGHTS.sub("", _COPYRIGHT.sub("", name.strip()), count=1))
    name = _DOTTED.sub(lambda m: m.group().replace(".", ""), name)
    name = _TRAILING.sub("", name)
    while (match := _LAST.search(name)) and match.group(1) in _LEGAL | _PLACES:
        name = _TRAILING.sub("", name[: match.start()])
    return name


def unwrap_publisher(text: str) -> str:
    """Return the organisation of an X.500 name, else the text without a mail address at its end."""
    cut = text[:400]
    match = _ORGANISATION.search(cut) or _COMMON_NAME.search(cut)
    if match:
        return (match.group(1) or match.group(2)).replace("\\,", ",").strip()
    shorter = _MAIL.sub("", cut).strip()
    return shorter or cut


def domain_of(text: str) -> str:
    """Return the domain of a URL, a mail address or a tag creator's regid; "" when the text is none of these."""
    cut = text.strip()[:400]
    regid = _REGID.match(cut)
    if regid:
        return ".".join(reversed(regid.group(1).casefold().strip(".").split(".")))
    match = _MAIL.search(cut) or _URL.match(cut)
    return match.group(1).casefold().strip(".") if match else ""


@dataclass(frozen=True, slots=True)
class Publishers:
    """Every known publisher by its plain names and by its domains."""

    names: Mapping[str, str] = field(default_factory=dict)
    domains: Mapping[str, str] = field(default_factory=dict)
    display: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Publisher id → folded names that may stand in front of a product's name, longest first."""

    def identify(self, text: str) -> str:
        """Return the publisher's id, the plain name of an unknown publisher, "" for a blank text."""
        if not text.strip():
            return ""
        plain = plain_publisher(text)
        known = self.names.get(plain) or self._by_domain(domain_of(text))
        return known or plain

    def _by_domain(self, domain: str) -> str:
        while domain.count("."):
            if domain in self.domains:
                return self.domains[domain]
            domain = domain.partition(".")[2]
        return ""

    def without_publisher(self, folded: str, publisher: str) -> str:
        """Return a folded product name without its publisher's name in front."""
        for prefix in self.prefixes.get(publisher) or ((publisher,) if publisher else ()):
            if folded.startswith(prefix + " ") and len(folded) > len(prefix) + 1:
                return folded[len(prefix) + 1 :]
        return folded


def known_publishers(entries: Iterable[tuple[str, str, Iterable[str], Iterable[str]]]) -> Publishers:
    """Index publishers given as id, name, aliases and regids; of two that share a name the later one wins."""
    names: dict[str, str] = {}
    domains: dict[str, str] = {}
    display: dict[str, str] = {}
    prefixes: dict[str, set[str]] = {}
    for identity, name, aliases, regids in entries:
        display[identity] = name
        for known in (identity, identity.replace("-", " "), name, *aliases):
            names[plain_publisher(known)] = identity
            prefixes.setdefault(identity, set()).update({fold_name(known), plain_publisher(known)})
        domains.update((domain_of(regid) or regid.casefold(), identity) for regid in regids)
    ordered = {k: tuple(sorted(v - {""}, key=lambda p: (-len(p), p))) for k, v in prefixes.items()}
    return Publishers(names, domains, display, ordered)
