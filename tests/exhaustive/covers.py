"""Who can cover what: docs/counting.md, section "What covers what", written down once more, apart from the engine."""

from datetime import date

from .estate import USER_METRICS, Estate, Item, Product, Source

Forbidden = frozenset[tuple[str, str, str]]
"""Covers taken away: (entitlement or offer id, device id (for a seat the user id), product)."""


def covers(estate: Estate, source: Source, item: Item, forbid: Forbidden = frozenset()) -> bool:
    """True when one unit of the source (for cores: each unit of a block) may cover the item.

    For products licensed by the host, the edition rule is that of the sets the source can be part of.
    """
    if (source.id, item.device or item.user, item.product) in forbid:
        return False
    if not item.device and source.metric not in USER_METRICS:
        return False  # a seat is somebody's
    if not in_scope(source, item):
        return False
    product = estate.products[source.product]
    if source.product == item.product:
        if not version_fits(product, source, item):
            return False
        if estate.term(item.product, "core").slots:
            return any(set_covers(estate, item.product, edition, item) for edition in set_editions(estate, source))
        return edition_fits(product, source, item.edition)
    return any(component_fits(estate, source, component, item) for component in product.components)


def in_scope(source: Source, item: Item) -> bool:
    """Every key of the scope holds for the subject: the device, or for a user license the person."""
    country, path = item.user_place if source.metric in USER_METRICS else item.place
    for part in filter(None, source.scope.split(";")):
        key, _, value = part.partition(":")
        below = "/".join((*path, "")).startswith(f"{value}/")  # children of a unit are in its scope
        if not (country == value if key == "country" else below or value in path):
            return False
    return True


def edition_fits(product: Product, source: Source, edition: str) -> bool:
    """Equal, either unknown, or the source's edition has the higher rank and the right edition-below."""
    if edition == source.edition or not edition or not source.edition:
        return True
    high, low = product.ranks.get(source.edition), product.ranks.get(edition)
    return "edition-below" in source.rights and high is not None and low is not None and high > low


def version_fits(product: Product, source: Source, item: Item) -> bool:
    """Equal, either blank, earlier by downgrade, or later by upgrade when released under maintenance."""
    if not source.version or not item.version or source.version == item.version:
        return True
    if product.order(item.version) < product.order(source.version):
        return "downgrade" in source.rights
    return "upgrade" in source.rights and released_by(product, item.version, source.maintenance_until)


def released_by(product: Product, version: str, until: date | None) -> bool:
    """True when the release is dated, and on or before the last day."""
    released = product.released(version)
    return released is not None and until is not None and released <= until


def component_fits(estate: Estate, source: Source, component: tuple[str, str, str], item: Item) -> bool:
    """True when a unit of a suite covers an installation of this component."""
    name, edition, version = component
    if name != item.product or (edition and item.edition and edition != item.edition):
        return False
    if not item.version:
        return True
    if version:
        return item.version == version
    bound = suite_day(estate.products[source.product], source)
    released = estate.products[item.product].released(item.version)
    return bound is None or released is None or released <= bound


def suite_day(suite: Product, source: Source) -> date | None:
    """Return the day up to which a suite's bare components are covered, None for no bound.

    It is the day of the suite's own release; by the right to upgrade, that of the newest release under maintenance.
    """
    own = suite.released(source.version) if source.version else None
    if own is None:
        return None
    until = source.maintenance_until
    reached = [
        day for _, day, _ in suite.releases if "upgrade" in source.rights and day and until and own <= day <= until
    ]
    return max([own, *reached])


def set_editions(estate: Estate, source: Source) -> list[str]:
    """Return the editions of the host sets that units of the source can be part of."""
    product = estate.products[source.product]
    return [e for e in estate.term(source.product, source.metric).slots if edition_fits(product, source, e)]


def set_covers(estate: Estate, product: str, set_edition: str, item: Item) -> bool:
    """True when a host set of an edition covers an instance: its own edition, an unknown one, or one of lower rank."""
    if item.edition in ("", set_edition):
        return True
    ranks = estate.products[product].ranks
    high, low = ranks.get(set_edition), ranks.get(item.edition)
    return high is not None and low is not None and high > low
