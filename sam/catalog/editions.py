"""Tell which edition of a product a text names."""

import re
from collections.abc import Iterable, Mapping

from sam.model.words import fold_name

_WORD = re.compile(r"[^\W_]+(?:[.+][^\W_]+)*\+*")
_GENERIC = frozenset(
    """edition editions core cores based licensing license licence server client cal x64 x86 64 32 bit 64bit 32bit amd64
    the for version""".split()
)
_SHORT = {
    "std": "standard", "ent": "enterprise", "dc": "datacenter", "pro": "professional", "professional": "pro",
    "dev": "developer", "eval": "evaluation", "com": "community", "ce": "community",
}  # fmt: skip


def edition_words(text: str) -> tuple[str, ...]:
    """Return the words of an edition's name that tell it from others."""
    words = tuple(_WORD.findall(fold_name(text)))
    return tuple(w for w in words if w not in _GENERIC) or words


def index_editions(editions: Iterable[tuple[str, str, Iterable[str]]]) -> Mapping[tuple[str, ...], str]:
    """Index editions, given as id, name and aliases, by their words."""
    index: dict[tuple[str, ...], str] = {}
    for identity, name, aliases in editions:
        for text in (identity, name, *aliases):
            if text:
                index.setdefault(edition_words(text), identity)
    return index


def named_edition(index: Mapping[tuple[str, ...], str], text: str) -> str:
    """Return the edition whose whole name a text is, "" when it is none."""
    words = edition_words(text)
    if words in index:
        return index[words]
    spelled = tuple(_SHORT.get(w, w) for w in words)
    return index.get(spelled, "")


def mentioned_edition(index: Mapping[tuple[str, ...], str], text: str) -> str:
    """Return the edition named somewhere in a text by the most words, "" when none or several equally."""
    words = tuple(_WORD.findall(fold_name(text)))
    found: dict[int, set[str]] = {}
    for name, identity in index.items():
        size = len(name)
        if size and any(words[n : n + size] == name for n in range(len(words) - size + 1)):
            found.setdefault(size, set()).add(identity)
    best = found[max(found)] if found else set()
    return next(iter(best)) if len(best) == 1 else ""
