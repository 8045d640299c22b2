"""Read a product's name with an edition and a release behind it: `SQL Server Standard 2022`, `vSphere 8 Standard`.

Purchase lines and price lists are written like that. Nothing else may stand in such a text: one more word may make it
another product (`SQL Server Standard User CAL`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sam.catalog.editions import named_edition
from sam.catalog.loaded import LoadedCatalog
from sam.model.products import Product
from sam.model.words import fold_name

MAX_WORDS = 12
_NUMBER = re.compile(r"v?(\d+[a-z]{0,2}(?:\.\d+){0,3}(?: ?R\d)?)", re.IGNORECASE)
# Words that an edition's name is compared without, but that make the text another product.
_OTHER_PRODUCT = frozenset({"cal", "cals", "client", "clients"})


@dataclass(frozen=True, slots=True)
class NamedProduct:
    """The product a text begins with, and what the rest of the text says."""

    product: str
    head: str
    """The words that are the product's name."""
    edition: str = ""
    version: str = ""


def named_products(loaded: LoadedCatalog, text: str, publisher: str) -> Iterator[NamedProduct]:
    """Yield the readings of a text as product, edition and release; the longest product name first.

    Args:
        loaded: The catalog.
        text: A cleaned title or the words of a purchase line.
        publisher: The raw publisher named beside it, "" when there is none.
    """
    words = text.split(maxsplit=MAX_WORDS)
    if len(words) > MAX_WORDS or not _OTHER_PRODUCT.isdisjoint(w.casefold() for w in words):
        return
    for size in range(len(words) - 1, 0, -1):
        head = " ".join(words[:size])
        found = loaded.catalog_id(head, publisher) if fold_name(head) in loaded.names else ""
        rest = _edition_and_version(loaded, loaded.catalog.products[found], words[size:]) if found else None
        if rest:
            yield NamedProduct(found, head, *rest)


def _edition_and_version(loaded: LoadedCatalog, product: Product, words: list[str]) -> tuple[str, str] | None:
    """Return what all of the words together say, None when one of them is neither edition nor release."""
    index = loaded.editions.get(product.id, {})
    for size in range(min(2, len(words)), -1, -1):
        for number, others in ((words[:size], words[size:]), (words[len(words) - size :], words[: len(words) - size])):
            version = _release(loaded, product, " ".join(number)) if number else ""
            edition = named_edition(index, " ".join(others)) if others else ""
            if (version or not number) and (edition or not others):
                return edition, version
    return None


def _release(loaded: LoadedCatalog, product: Product, text: str) -> str:
    """Return the release that a text names; any number where the catalog lists no releases."""
    number = _NUMBER.fullmatch(text)
    if not product.releases:
        return number.group(1) if number else ""
    if not number and text.casefold() not in {r.version.casefold() for r in product.releases}:
        return ""
    version = loaded.resolve_version(product.id, number.group(1) if number else text)
    return version if product.release(version) else ""
