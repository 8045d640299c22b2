"""Order versions and map a reported version to the release it belongs to."""

import re
from datetime import date

from sam.model.products import Product

_PARTS = re.compile(r"\d+|[a-z]+")


def version_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that orders versions number by number: `10 < 10.1 < 11`, numbers after letters."""
    return tuple((1, int(p), "") if p.isdigit() else (0, 0, p) for p in _PARTS.findall(text.casefold()[:200]))


def is_dotted_prefix(prefix: str, text: str) -> bool:
    """True for `10` and `10.0.3`, false for `10` and `100`."""
    return text == prefix or (text.startswith(prefix) and text[len(prefix)] in ".- ")


def map_version(product: Product, reported: str) -> str:
    """Return the release that a reported version belongs to: by its name, else by the longest internal prefix."""
    if not reported:
        return ""
    names = [r.version for r in product.releases]
    if reported in names:
        return reported
    matches = [
        (len(prefix), release.version)
        for release in product.releases
        for prefix in (release.version, *release.internal)
        if is_dotted_prefix(prefix, reported)
    ]
    return max(matches)[1] if matches else reported


def release_date(product: Product, version: str) -> date | None:
    """Return the day a version was released, None when unknown."""
    release = product.release(version)
    return release.released if release else None


def compare_versions(product: Product, left: str, right: str) -> int:
    """Return -1, 0 or 1: by position in the catalog's releases, else number by number."""
    if left == right:
        return 0
    order = {r.version: n for n, r in enumerate(product.releases)}
    if left in order and right in order:
        return -1 if order[left] < order[right] else 1
    a, b = version_key(left), version_key(right)
    return (a > b) - (a < b)
