"""The compiled form of a catalog's title rules."""

import re
from dataclasses import dataclass, field

from sam.catalog.patterns import required_words
from sam.catalog.publishers import Publishers
from sam.catalog.schema import ProductEntry, TitleEntry

ANY_PUBLISHER = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleRule:
    """One `titles` entry, ready to be matched."""

    id: str
    product: str
    publishers: frozenset[str]
    """Ids a title's publisher may have; empty: every publisher."""
    regex: re.Pattern[str]
    words: frozenset[str] = frozenset()
    """Words every matching title holds."""
    kinds: frozenset[str] = frozenset()
    """Kinds of title the rule is for; empty: every kind."""
    edition: str = ""
    version: str = ""
    license_class: str = ""
    state: str = ""
    reported: re.Pattern[str] | None = None
    of_part: bool = False
    """True for a rule whose `state` says that its titles are a part of the product, not the product."""
    layer: int = 0
    """0 for the packaged catalog, higher for the workspace."""
    order: int = 0

    def admits(self, *, publisher: str, kind: str, version: str) -> bool:
        """True when publisher, kind and reported version of a title are such that the rule may decide it."""
        if publisher and self.publishers and publisher not in self.publishers:
            return False
        if self.kinds and kind not in self.kinds:
            return False
        return self.reported is None or bool(version and self.reported.search(version))


@dataclass(frozen=True, slots=True)
class ProductRules:
    """The title rules of one product and the titles it is not."""

    titles: tuple[TitleRule, ...] = ()
    exclusions: tuple[re.Pattern[str], ...] = field(default=())


def compile_rules(entry: ProductEntry, publisher: str, publishers: Publishers, layer: int) -> ProductRules:
    """Compile the rules of one product; they were checked when the file was read."""
    titles = tuple(
        _compile(entry.id, title, number, publisher, publishers, layer) for number, title in enumerate(entry.titles, 1)
    )
    return ProductRules(titles, tuple(re.compile(regex, re.IGNORECASE) for regex in entry.not_titles))


def _compile(
    product: str, title: TitleEntry, number: int, publisher: str, publishers: Publishers, layer: int
) -> TitleRule:  # fmt: skip
    if ANY_PUBLISHER in title.publisher:
        allowed: frozenset[str] = frozenset()
    else:
        allowed = frozenset(publishers.identify(p) for p in title.publisher) or frozenset({publisher})
    return TitleRule(
        id=f"{product}#{title.name or f'title-{number}'}",
        product=product,
        publishers=allowed - {""},
        regex=re.compile(title.regex, re.IGNORECASE),
        words=required_words(title.regex),
        kinds=frozenset(title.kind),
        edition=title.edition or "",
        version=title.version or "",
        license_class=title.license_class or "",
        state=title.state or "",
        of_part=(title.state or "licensable") != "licensable",
        reported=re.compile(title.reported, re.IGNORECASE) if title.reported else None,
        layer=layer,
        order=number,
    )
