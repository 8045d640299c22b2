"""Clean a raw title: marks and doubled spaces go; trailing architecture, locale and version are told from the name."""

import re
import unicodedata
from dataclasses import dataclass

from sam.catalog.patterns import MAX_TITLE
from sam.model.versions import is_dotted_prefix

_MARKS = str.maketrans("", "", "®™©\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff")
_R_MARK = re.compile(r"\((?:R|TM|C)\)", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_DASHES = re.compile("[\u2010-\u2015]")
_LANGUAGES = (
    "english|german|deutsch|french|français|spanish|español|italian|italiano|dutch|nederlands|polish|polski|czech|"
    "čeština|portuguese|português|japanese|日本語|russian|русский|swedish|svenska|danish|dansk|norwegian|norsk|finnish|"
    "suomi|korean|한국어|chinese|简体中文|繁體中文|turkish|türkçe|hungarian|magyar|multilingual"
)
_TAIL = re.compile(
    rf"""\s*(?:
      [\[(]\s*(?:
        x64|x86|amd64|arm64|(?:64|32)[\s-]?bit(?:\ x64)?|x86_64|user|machine-wide|remove\ only
      )(?:\s+edition)?\s*[\])]
    | \s(?:x64|x86|amd64|arm64|(?:64|32)[\s-]?bit(?:\s+edition)?)
    | \s-\s+[a-z]{{2,3}}(?:-[a-z]{{4}})?-[a-z]{{2}}
    | \(\s*[a-z]{{2}}-[a-z]{{2}}\s*\)
    | \s-\s+(?:{_LANGUAGES})(?:\s*,\s*(?:{_LANGUAGES})){{0,12}}
    | \s(?:{_LANGUAGES})
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_VERSION = re.compile(
    r"\s*(?:-\s+|\b(?:version|ver\.?|release)\s+|\(\s*)?\bv?(\d+(?:[._]\d+)+[\w.+-]*|\d+)\s*\)?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A title made comparable: in full, and shortened step by step."""

    full: str
    forms: tuple[str, ...]
    """The full text; without architecture and language; without the version at its end. Distinct, in that order."""
    version: str = ""
    """The version cut from the end, "" when there was none."""


def clean_title(name: str, version: str = "") -> Cleaned:
    """Clean one raw title.

    Args:
        name: As the source writes it.
        version: The reported version; a bare number at the title's end is cut only when it begins this.
    """
    text = unicodedata.normalize("NFKC", name[: 2 * MAX_TITLE].translate(_MARKS)).translate(_MARKS)
    text = _DASHES.sub("-", _R_MARK.sub("", text))
    full = _SPACES.sub(" ", text).strip()[:MAX_TITLE]
    plain = _without_tail(full)
    shorter, number = _without_version(plain, version.strip())
    bare = _without_tail(shorter)
    return Cleaned(full, tuple(dict.fromkeys(form for form in (full, plain, bare) if form)), number)


def _without_tail(text: str) -> str:
    while (match := _TAIL.search(text)) and match.start() > 0:
        text = text[: match.start()].rstrip(" -,")
    return text


def _without_version(text: str, reported: str) -> tuple[str, str]:
    match = _VERSION.search(text)
    if not match or match.start() == 0:
        return text, ""
    number = match.group(1)
    dotted = "." in number or "_" in number
    if dotted or (reported and is_dotted_prefix(number, reported)):
        return text[: match.start()].rstrip(" -,("), number
    return text, ""
