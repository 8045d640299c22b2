"""What can be bought on the day: priced offers, and at an unknown price what nothing on sale covers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from sam.entitlements.classes import DemandClass, Item
from sam.entitlements.covers import Covering
from sam.entitlements.hosts import grant_of
from sam.entitlements.licenses import DEVICE_SUBJECT, USER_SUBJECT, License, Offer, Pool
from sam.entitlements.listprices import GRANTING, PERIODS, over_horizon
from sam.entitlements.pools import Setting
from sam.model import Entitlement, Price, Problem, Severity


def build_offers(
    prices: Sequence[Price], setting: Setting, default_metric: Callable[[str], str]
) -> tuple[tuple[Offer, ...], tuple[Problem, ...]]:
    """Turn the prices on sale on the day into offers.

    Args:
        prices: On sale, products and editions resolved.
        setting: Catalog, terms, day and prices.
        default_metric: Product id → metric of a price row that names none.

    Returns:
        Offers in canonical order, and problems: a currency without rate, a tier that is not the first.
    """
    offers: dict[str, Offer] = {}
    problems = []
    for price in sorted(prices, key=_price_order):
        amount = setting.prices.convert(Fraction(price.unit_price), price.currency)
        if amount is None:
            reason = f"no rate for {price.currency}: the price cannot be compared"
            problems.append(_problem("currency-without-rate", reason, "add it under [rates] in trueup.toml", price))
        elif price.per not in PERIODS:
            reason = "it is not known for which time the price is: it is not offered"
            problems.append(_problem("price-period-unknown", reason, "write once, month or year in per", price))
        elif price.tier_from is not None and price.tier_from > 1:
            reason = f"the tier from {price.tier_from} units is not used: offers take the first tier"
            problems.append(
                _problem("price-tier-not-offered", reason, "check by hand where the remedy reaches it", price)
            )
        else:
            offer = _offer(price, price.metric or default_metric(price.product), amount, setting)
            offers.setdefault(offer.id, offer)
    return tuple(offers[i] for i in sorted(offers)), tuple(problems)


def _price_order(price: Price) -> tuple[str, str, str, str, str, str, int]:
    return (
        price.product, price.edition, price.version, price.metric, str(price.unit_price), price.origin.path,
        price.origin.record,
    )  # fmt: skip


def _problem(code: str, message: str, remedy: str, price: Price) -> Problem:
    where = f"{price.origin.path}#{price.origin.record}"
    return Problem(
        code=code, severity=Severity.WARNING, where=where, message=message, remedy=remedy, origin=price.origin
    )


def _offer(price: Price, metric: str, amount: Fraction, setting: Setting) -> Offer:
    term = setting.library.find(setting.product(price.product), metric, setting.as_of, price.edition)
    pack = price.pack if price.pack is not None else term.order_pack
    name = "|".join(
        (price.product, price.edition, price.version, metric, price.basis, str(price.unit_price), price.currency,
         price.per, str(pack), str(price.minimum_order), price.part_number)
    )  # fmt: skip
    return Offer(
        id=f"buy:{name}",
        product=price.product,
        edition=price.edition,
        version=price.version,
        metric=metric,
        rights=frozenset(term.rights),
        term=term,
        pack=max(1, pack),
        minimum=max(0, price.minimum_order),
        unit_cost=over_horizon(amount, price.per, setting.prices.horizon_months),
        first_cost=amount,
        price=price,
        source=f"{price.basis} {price.origin.path}#{price.origin.record}",
    )


def purchase_prices(entitlements: Iterable[Entitlement]) -> tuple[Price, ...]:
    """Return the newest purchase of each product, edition, version and metric as a price."""
    newest: dict[tuple[str, str, str, str], Entitlement] = {}
    for line in entitlements:
        if line.unit_price is None or line.transaction not in GRANTING:
            continue
        key = (line.product, line.edition, line.version, line.metric)
        if key not in newest or _bought(line) > _bought(newest[key]):
            newest[key] = line
    return tuple(
        Price(
            origin=line.origin, product=line.product, unit_price=line.unit_price / line.pack_size, edition=line.edition,
            version=line.version, metric=line.metric, basis="contract", currency=line.currency, pack=line.pack_size,
            source=f"newest purchase {line.entitlement_id}",
        )
        for _, line in sorted(newest.items())
        if line.unit_price is not None
    )  # fmt: skip


def _bought(line: Entitlement) -> tuple[int, str]:
    day = line.purchased_on or line.starts_on
    return (day.toordinal() if day else 0, line.entitlement_id)


class UnknownOffers:
    """Finds what nothing on sale covers, and offers the installed product itself at an unknown price."""

    def __init__(
        self, licenses: Sequence[License], covering: Covering, setting: Setting, default_metric: Callable[[str], str]
    ) -> None:
        self.covering = covering
        self.setting = setting
        self.default_metric = default_metric
        self.offers: dict[str, list[Offer]] = {}
        self.metrics: dict[str, set[str]] = {}
        for license in licenses:
            if isinstance(license, Offer):
                for product in covering.linked_products(license):
                    self.offers.setdefault(product, []).append(license)
            elif isinstance(license, Pool) and license.countable:
                self.metrics.setdefault(license.product, set()).add(license.metric)

    def for_classes(self, classes: Iterable[DemandClass]) -> tuple[Offer, ...]:
        """Return the unknown offers that make every class coverable."""
        wanted = {
            (replace(item, slot=min(item.slot, 0)), demand.kind == "host")
            for demand in classes
            for item in (*demand.items, *(i for i, _ in demand.instances))
        }
        found: dict[str, Offer] = {}
        for item, host in sorted(wanted):
            if not any(self._covers(offer, item, host=host) for offer in self.offers.get(item.product, ())):
                for offer in self._unknown(item, host=host):
                    found[offer.id] = offer
        return tuple(found[i] for i in sorted(found))

    def _covers(self, offer: Offer, item: Item, *, host: bool) -> bool:
        if host:
            return grant_of(offer) is not None and self.covering.relation(offer, item, grant=True) is not None
        subject = USER_SUBJECT if item.seat else DEVICE_SUBJECT | USER_SUBJECT
        return offer.metric in subject and self.covering.relation(offer, item) is not None

    def _unknown(self, item: Item, *, host: bool) -> list[Offer]:
        if host:
            return [self._make(item, "core", item.edition or self._lowest_grant(item))]
        allowed = USER_SUBJECT if item.seat else DEVICE_SUBJECT | USER_SUBJECT
        metrics = self.metrics.get(item.product, set()) & allowed
        default = self.default_metric(item.product)
        fallback = "seat" if item.seat else "device"
        return [
            self._make(item, m, item.edition) for m in sorted(metrics or {default if default in allowed else fallback})
        ]

    def _lowest_grant(self, item: Item) -> str:
        product = self.covering.product(item.product)
        term = self.setting.library.find(product, "core", self.setting.as_of)
        ranks = {e.id: e.rank if e.rank is not None else 0 for e in product.editions}
        return min((g.edition for g in term.grants), key=lambda e: (ranks.get(e, 0), e), default="")

    def _make(self, item: Item, metric: str, edition: str) -> Offer:
        term = self.setting.library.find(self.covering.product(item.product), metric, self.setting.as_of, edition)
        return Offer(
            id=f"unpriced:{item.product}|{edition}|{item.version}|{metric}",
            product=item.product,
            edition=edition,
            version=item.version,
            metric=metric,
            rights=frozenset(term.rights),
            term=term,
            source="no price known",
        )
