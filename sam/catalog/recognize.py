"""Say what each raw title is: which product, edition and version, or why it needs no license; always by which rule.

The order of decisions: tags that are no installation; a product that only the user's tables name; general noise
(patches, language packs, runtimes, drivers), unless a product rule spells that very word; product rules; product
names, alone or with an edition and a release behind them; distribution packages; unknown.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sam.catalog.editions import mentioned_edition, named_edition
from sam.catalog.loaded import LoadedCatalog
from sam.catalog.names import named_products
from sam.catalog.noise import NoiseRule, find_noise
from sam.catalog.patterns import MAX_TITLE
from sam.catalog.rules import TitleRule
from sam.catalog.titles import Cleaned, clean_title
from sam.model.products import Product, Recognition, State, Title
from sam.model.words import fold_name

_TAGS = {
    "swid-patch": (State.PATCH, "swid:patch"),
    "swid-media": (State.COMPONENT, "swid:media"),
    "swid-supplemental": (State.COMPONENT, "swid:supplemental"),
}
_WORD = re.compile(r"[a-z0-9]+")
_ORIGIN = re.compile(r"[a-z]{2,12}")
_CLASS_STATES = {
    "free": State.FREE, "component": State.COMPONENT, "patch": State.PATCH, "driver": State.DRIVER,
}  # fmt: skip


def recognize(loaded: LoadedCatalog, titles: Sequence[Title]) -> list[Recognition]:
    """Recognise every title; the answers stand in the order of the titles.

    Args:
        loaded: The catalog, with the local products of the workspace added.
        titles: Raw titles; each distinct one is decided once.
    """
    recognizer = _Recognizer(loaded)
    known: dict[Title, Recognition] = {}
    for title in titles:
        if title not in known:
            known[title] = recognizer.decide(title)
    return [known[title] for title in titles]


@dataclass(frozen=True, slots=True)
class _Match:
    """A product rule that fits a title."""

    rule: TitleRule
    match: re.Match[str]

    @property
    def rank(self) -> tuple[int, int, str, int]:
        """Smallest first: the user's rules, the longest text, then product and order in the file."""
        start, end = self.match.span()
        return -self.rule.layer, start - end, self.rule.product, self.rule.order


class _Recognizer:
    """A catalog indexed for matching."""

    def __init__(self, loaded: LoadedCatalog) -> None:
        self.loaded = loaded
        self.publishers: dict[str, str] = {}
        self.always: dict[str, list[TitleRule]] = {}
        self.by_word: dict[str, list[TitleRule]] = {}
        self.wordless: list[TitleRule] = []
        self._index(rule for rules in loaded.rules.values() for rule in rules.titles)

    def _index(self, rules: Iterable[TitleRule]) -> None:
        """File each rule under the word of it that the fewest rules need."""
        listed = list(rules)
        use: dict[str, int] = {}
        for rule in listed:
            for word in rule.words:
                use[word] = use.get(word, 0) + 1
        for rule in listed:
            if rule.words:
                rarest = min(rule.words, key=lambda w: (use[w], w))
                self.by_word.setdefault(rarest, []).append(rule)
            else:
                self.wordless.append(rule)
                for publisher in rule.publishers or {""}:
                    self.always.setdefault(publisher, []).append(rule)

    def candidates(self, words: set[str], publisher: str) -> list[TitleRule]:
        """Return the rules that a title with these words and this publisher may match."""
        own = [*self.always.get(publisher, ()), *self.always.get("", ())]
        found = own if publisher else list(self.wordless)
        for word in words & self.by_word.keys():
            found.extend(self.by_word[word])
        return found

    def decide(self, title: Title) -> Recognition:
        """Recognise one title."""
        if title.kind in _TAGS:
            state, rule = _TAGS[title.kind]
            matched = title.name[:MAX_TITLE]
            return Recognition(state=state, publisher=self.publisher_of(title), rule=rule, matched=matched)
        clean = clean_title(title.name, title.version)
        if not clean.full:
            return Recognition(state=State.UNKNOWN, publisher=self.publisher_of(title), rule="blank")
        subject = _Subject(self, title, clean)
        return (
            subject.as_local(clean.forms[:1])
            or subject.as_noise()
            or subject.as_product()
            or subject.as_named()
            or subject.as_worded()
            or subject.as_local(clean.forms)
            or subject.as_package()
            or subject.as_unknown()
        )

    def publisher_of(self, title: Title) -> str:
        """Return the publisher's id, or its plain name when it is unknown."""
        text = title.publisher
        found = self.publishers.get(text)
        if found is None:
            found = self.publishers[text] = self.loaded.publishers.identify(text)
        return found


class _Subject:
    """One title being decided."""

    def __init__(self, recognizer: _Recognizer, title: Title, clean: Cleaned) -> None:
        self.recognizer = recognizer
        self.loaded = recognizer.loaded
        self.title = title
        self.clean = clean
        self.publisher = recognizer.publisher_of(title)

    @property
    def reported(self) -> str:
        """The version as reported, else the one at the end of the title."""
        return self.title.version.strip() or self.clean.version

    @cached_property
    def matches(self) -> list[_Match]:
        """Every product rule that fits the title, exclusions not yet asked; by the first form any rule fits."""
        display = self.loaded.publishers.display.get(self.publisher, "")
        words = set(_WORD.findall(f"{display} {self.clean.full}".lower()))
        kind = "swid" if self.title.kind.startswith("swid") else self.title.kind
        publisher, version = self.publisher, self.reported
        admitted = [
            rule
            for rule in self.recognizer.candidates(words, publisher)
            if rule.words <= words and rule.admits(publisher=publisher, kind=kind, version=version)
        ]
        for form in self._forms() if admitted else ():
            found = [_Match(rule, match) for rule in admitted if (match := rule.regex.search(form))]
            if found:
                return sorted(found, key=lambda m: m.rank)
        return []

    def _forms(self) -> Sequence[str]:
        """Return the forms of the title, then those without, then with, the publisher's name in front."""
        display = self.loaded.publishers.display.get(self.publisher)
        if not display:
            return self.clean.forms
        bare, full = [], []
        for form in self.clean.forms:
            folded = form.casefold()
            cut = len(folded) - len(self.loaded.publishers.without_publisher(folded, self.publisher))
            if not cut:
                full.append(f"{display} {form}")
            elif len(folded) == len(form):
                bare.append(form[cut:])
        return (*self.clean.forms, *bare, *full)

    @cached_property
    def _split(self) -> tuple[list[_Match], tuple[_Match, int, str] | None]:
        """Return the matches that stand, and the first one an exclusion took away."""
        standing, refused = [], None
        for found in self.matches:
            if found.rule.of_part:
                # What is written down as a part of the product is no title that a broad rule took by mistake.
                standing.append(found)
                continue
            for number, pattern in enumerate(self.loaded.rules[found.rule.product].exclusions, 1):
                hit = pattern.search(self.clean.full)
                if hit:
                    refused = refused or (found, number, hit.group())
                    break
            else:
                standing.append(found)
        return standing, refused

    def as_noise(self) -> Recognition | None:
        """Recognise patches, language packs, runtimes and drivers, unless a product rule spells the same word."""
        if self.title.kind in {"package", "operating-system"}:
            return None
        found = find_noise(self.clean.full)
        if not found or self._spelled(*found):
            return None
        noise, text = found
        return Recognition(state=noise.state, publisher=self.publisher, rule=noise.id, matched=text)

    def _spelled(self, noise: NoiseRule, text: str) -> bool:
        """True when a product rule that fits the title was written with the noise in it."""
        standing, _ = self._split
        wanted = text.casefold()
        return any(wanted in m.rule.regex.pattern.casefold().replace("\\", "") for m in standing) or any(
            noise.regex.search(name) for name in self._named_texts()
        )

    def as_product(self) -> Recognition | None:
        """Recognise by the product rules."""
        standing, refused = self._split
        if standing:
            return self._by_rule(standing[0])
        if refused:
            found, number, text = refused
            rule = f"{found.rule.product}#not-{number}"
            return Recognition(state=State.UNKNOWN, publisher=self.publisher, rule=rule, matched=text)
        return None

    def _by_rule(self, found: _Match) -> Recognition:
        rule, groups = found.rule, found.match.groupdict()
        product = self.loaded.catalog.products[rule.product]
        edition = self._edition(product, groups.get("edition") or rule.edition, found.match)
        part = rule.of_part and not self._is_whole(product, rule)
        version = self._version(product, groups.get("version") or rule.version, part=part)
        return self._recognition(product, edition, version, rule, found.match.group())

    def _recognition(
        self, product: Product, edition: str, version: str, rule: TitleRule | None, matched: str, rule_id: str = ""
    ) -> Recognition:  # fmt: skip
        known = product.edition(edition)
        of_product = product.license_class if product.license_class in {"paid", "free"} else ""
        license_class = (rule.license_class if rule else "") or (known.license_class if known else "") or of_product
        state = self._state(product, license_class, rule)
        if state is State.FREE:
            license_class = "free"
        elif state is not State.LICENSABLE:
            license_class = ""
        return Recognition(
            state=state,
            publisher=product.publisher,
            product=product.id,
            edition=edition,
            version=version,
            license_class=license_class,
            rule=self._rule_id(product, rule) if rule else rule_id,
            matched=matched,
        )

    def _state(self, product: Product, license_class: str, rule: TitleRule | None) -> State:
        """Rule, else product. A free *edition* stays licensable: whether it is free depends on the environment."""
        if rule and rule.state:
            return State.LICENSABLE if self._is_whole(product, rule) else State(rule.state)
        if rule and rule.license_class == "free":
            return State.FREE
        if product.license_class == "free" and license_class != "free":
            return State.LICENSABLE
        return _CLASS_STATES.get(product.license_class, State.LICENSABLE)

    def _is_whole(self, product: Product, rule: TitleRule) -> bool:
        """True for a row whose edition cell names an edition: it is the product itself, not one of its parts."""
        if rule.state != State.COMPONENT or product.license_class != "paid":
            return False
        return bool(named_edition(self.loaded.editions.get(product.id, {}), self.title.edition))

    def _rule_id(self, product: Product, rule: TitleRule) -> str:
        """Return the rule's id, or the edition cell where that one decided against the rule."""
        return f"{product.id}#edition-cell" if self._is_whole(product, rule) else rule.id

    def _edition(self, product: Product, named: str, match: re.Match[str] | None) -> str:
        """Edition cell, else the rule's, else words of the title beside the match, else the only edition."""
        text = self.title.edition.strip() or named
        if text:
            return self.loaded.resolve_edition(product.id, text)
        if match:
            rest = match.string[: match.start()] + " " + match.string[match.end() :]
            found = mentioned_edition(self.loaded.editions.get(product.id, {}), rest)
            if found:
                return found
        return product.editions[0].id if len(product.editions) == 1 else ""

    def _version(self, product: Product, named: str, *, part: bool = False) -> str:
        """Return the first of named and reported version that is a release, else the first that is given.

        What a part of a product reports is a number of its own (ODBC Driver 17.10), never the product's release.
        """
        texts = [t for t in (named, "" if part else self.reported) if t]
        mapped = [self.loaded.resolve_version(product.id, t) for t in texts]
        return next((v for v in mapped if product.release(v)), mapped[0] if mapped else "")

    def _named_texts(self) -> list[str]:
        """Return the forms of the title that are a catalog product's name."""
        return [form for form in self.clean.forms if self._named_product(form)]

    def _named_product(self, form: str) -> str:
        if fold_name(form) not in self.loaded.names:
            return ""
        found = self.loaded.catalog_id(form, self.title.publisher)
        return found if found and self._certain(found, form) else ""

    def _certain(self, found: str, form: str, *, telling: bool = False) -> bool:
        """True when a text that is the name of a product means that product, given publisher and exclusions."""
        folded, owner = fold_name(form), self.loaded.catalog.products[found].publisher
        if any(pattern.search(self.clean.full) for pattern in self.loaded.rules[found].exclusions):
            return False
        if self.publisher or found in self.loaded.workspace:
            return self.publisher in {"", owner}
        if telling:
            return True
        # A bare `Word` or `Project` without a publisher is somebody's word; the user's own products are meant.
        return self.loaded.publishers.without_publisher(folded, owner) != folded or folded == found

    def as_named(self) -> Recognition | None:
        """Recognise a title that is the name or an alias of a catalog product."""
        if self.title.kind == "package":
            return None
        for form in self.clean.forms:
            found = self._named_product(form)
            if found:
                product = self.loaded.catalog.products[found]
                edition, version = self._edition(product, "", None), self._version(product, "")
                return self._recognition(product, edition, version, None, form, f"{found}#name")
        return None

    def as_worded(self) -> Recognition | None:
        """Recognise a product's name with an edition or a release behind it, as purchase lines are written."""
        if self.title.kind == "package":
            return None
        for form in self.clean.forms:
            for named in named_products(self.loaded, form, self.title.publisher):
                # `SQL Server Standard` is told without a publisher too: two words of a name and an edition.
                telling = not self.publisher and bool(named.edition) and " " in named.head
                if not self._certain(named.product, named.head, telling=telling):
                    continue
                product = self.loaded.catalog.products[named.product]
                edition = self._edition(product, named.edition, None)
                version = self._version(product, named.version)
                return self._recognition(product, edition, version, None, form, f"{product.id}#name")
        return None

    def as_local(self, forms: Sequence[str]) -> Recognition | None:
        """Recognise a title equal to the name of a product that only the user's tables name."""
        for form in forms:
            folded = fold_name(form)
            found = self.loaded.local.get(folded) or self.loaded.local.get(
                self.loaded.publishers.without_publisher(folded, self.publisher)
            )
            if found and self._same_publisher(self.loaded.catalog.products[found].publisher):
                product = self.loaded.catalog.products[found]
                edition, version = self._edition(product, "", None), self._version(product, "")
                return self._recognition(product, edition, version, None, form, f"local:{found}")
        return None

    def _same_publisher(self, owner: str) -> bool:
        """True unless both name a publisher and the names do not even begin alike (`acme`, `acme software`)."""
        if not owner or not self.publisher or owner == self.publisher:
            return True
        return owner.replace("-", " ").split()[:1] == self.publisher.replace("-", " ").split()[:1]

    def as_package(self) -> Recognition | None:
        """Recognise packages of a Linux distribution, which come with it."""
        if self.title.kind != "package":
            return None
        origin = self.title.code if _ORIGIN.fullmatch(self.title.code) else "other"
        return Recognition(
            state=State.FREE, publisher=self.publisher, license_class="free",
            rule=f"package:{origin}", matched=self.clean.full,
        )  # fmt: skip

    def as_unknown(self) -> Recognition:
        """Return the title unrecognised, for the worklist."""
        return Recognition(state=State.UNKNOWN, publisher=self.publisher)
