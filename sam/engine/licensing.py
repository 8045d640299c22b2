"""The object stages of a run: lots, pools, offers, classes, graph, allocation, positions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sam.engine.demand import DemandBuilder
from sam.engine.demandclasses import Demand
from sam.engine.estate import RETIRED, Estate, Scopes
from sam.engine.families import Family, find_families
from sam.engine.money import Exchange
from sam.engine.resolve import on_sale
from sam.entitlements.allocation import VALUES, Allocation, allocate, overlaid
from sam.entitlements.baseline import build_lots
from sam.entitlements.classes import DemandClass
from sam.entitlements.covers import Covering
from sam.entitlements.graph import GraphBuilder, MatcherGraph, Node
from sam.entitlements.ledger import Ledger, book, summed
from sam.entitlements.licenses import License, Offer, Pool
from sam.entitlements.listprices import ListPrices
from sam.entitlements.lots import Baseline
from sam.entitlements.offers import UnknownOffers, build_offers, purchase_prices
from sam.entitlements.pools import Setting, build_pools
from sam.entitlements.positions import Closing, EvidenceCount, IdentityError, close, remedies
from sam.entitlements.program import Variant, components
from sam.entitlements.termlib import TermLibrary
from sam.model import Catalog, Position, Price, Problem, RemedyLine, Seat
from sam.model.words import METRICS


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What is owned and what can be bought on the day."""

    setting: Setting
    covering: Covering
    baseline: Baseline
    pools: tuple[Pool, ...]
    offers: tuple[Offer, ...]
    default_metric: Callable[[str], str]
    currency: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def licenses(self) -> list[License]:
        """Pools and offers together."""
        return [*self.pools, *self.offers]


@dataclass(frozen=True, slots=True, kw_only=True)
class Licensed:
    """The solved run."""

    market: Market
    demand: Demand
    families: Mapping[str, Family]
    builder: GraphBuilder
    matcher: MatcherGraph
    allocation: Allocation
    ledger: Ledger
    positions: tuple[Position, ...]
    totals: tuple[Position, ...]
    remedy: tuple[RemedyLine, ...]
    offers: Mapping[str, Offer] = field(default_factory=dict)
    low_allocation: Allocation | None = None


def open_market(
    estate: Estate, catalog: Catalog, library: TermLibrary, as_of: date, exchange: Exchange, horizon_months: int
) -> Market:
    """Build lots, pools and priced offers for the day."""
    sold = on_sale(estate.prices, as_of)
    # Without a price list the newest purchases are the prices, and say so.
    rows = sold if estate.prices else purchase_prices(estate.entitlements)
    prices = ListPrices(rows, estate.entitlements, exchange.convert, horizon_months)
    setting = Setting(catalog=catalog, library=library, as_of=as_of, prices=prices)
    baseline = build_lots(estate.entitlements, estate.contracts, as_of)
    retired = frozenset(d.device_id for d in estate.devices if d.lifecycle in RETIRED)
    pools = build_pools(baseline.lots, estate.allocations, setting, retired)
    metric = _default_metric(baseline, pools, rows, library, catalog, as_of)
    offers, problems = build_offers(rows, setting, metric)
    return Market(
        setting=setting,
        covering=Covering(catalog),
        baseline=baseline,
        pools=pools,
        offers=offers,
        default_metric=metric,
        currency=exchange.currency,
        problems=(*baseline.exceptions, *problems),
    )


def _default_metric(
    baseline: Baseline,
    pools: Sequence[Pool],
    prices: Sequence[Price],
    library: TermLibrary,
    catalog: Catalog,
    as_of: date,
) -> Callable[[str], str]:
    """Return what says the metric of a product: its own pools', its lots', its prices', its terms', else device."""
    owned: dict[str, list[str]] = {}
    for pool in pools:
        owned.setdefault(pool.product, []).append(pool.metric)
    for lot in baseline.lots:
        owned.setdefault(lot.product, []).append(lot.metric)
    sold: dict[str, list[str]] = {}
    for price in prices:
        if price.metric:
            sold.setdefault(price.product, []).append(price.metric)
    named: dict[str, list[str]] = {}
    for term in library.terms:
        if term.in_force(as_of) and term.product != "*":
            named.setdefault(term.product, []).append(term.metric)

    def metric(product: str) -> str:
        found = owned.get(product) or sold.get(product) or named.get(product)
        if found:
            return min(found, key=lambda m: METRICS.index(m) if m in METRICS else len(METRICS))
        known = catalog.products.get(product)
        return "device" if known is None or known.installable else "seat"

    return metric


def license_estate(
    builder: DemandBuilder, market: Market, estate: Estate, evidence: Callable[[Demand], Sequence[EvidenceCount]]
) -> Licensed:
    """Make classes, solve them and close the books."""
    scopes = Scopes((p.scope for p in market.pools), estate.org)
    seats = frozenset(s.product for s in estate.seats)
    products = {k[0] for k in builder.demand.kinds}
    families = find_families(
        products, seats, market.licenses, market.covering, market.setting.library, market.setting.as_of,
        market.default_metric,
    )  # fmt: skip
    demand = builder.settle(families, scopes)
    return solve_classes(demand, demand.classes, market, families, evidence(demand))


def solve_classes(
    demand: Demand,
    classes: Sequence[DemandClass],
    market: Market,
    families: Mapping[str, Family],
    evidence: Sequence[EvidenceCount],
) -> Licensed:
    """Build the graph of some classes, allocate and close the books.

    Also what a re-solve uses: the same classes under another market.
    """
    unknown = UnknownOffers(market.licenses, market.covering, market.setting, market.default_metric)
    offers = {o.id: o for o in (*market.offers, *unknown.for_classes(classes))}
    licenses: list[License] = [*market.pools, *offers.values()]
    graphs = GraphBuilder(market.covering, market.setting.prices, licenses)
    matcher = graphs.build(classes)
    allocation = allocate(matcher)
    ledger = book(matcher, allocation, market.pools, market.baseline.lots, market.covering)
    totals = book(matcher, allocation, market.pools, market.baseline.lots, market.covering, summed)
    low, low_totals, low_allocation = None, None, None
    unsure = [part for part in components(matcher.graph) if has_unknowns(matcher, part)]
    if unsure:
        # Only the components that hold an unknown fact can differ; a tie-break is not needed to state the low values.
        low_allocation = overlaid(allocation, allocate(matcher, VALUES, Variant(low=True), unsure))
        low = book(matcher, low_allocation, market.pools, market.baseline.lots, market.covering)
        low_totals = book(matcher, low_allocation, market.pools, market.baseline.lots, market.covering, summed)
    closing = Closing(
        catalog=market.setting.catalog,
        prices=market.setting.prices,
        default_metric=market.default_metric,
        doubts=_doubts(evidence, market),
    )
    return Licensed(
        market=market,
        demand=demand,
        families=families,
        builder=graphs,
        matcher=matcher,
        allocation=allocation,
        ledger=ledger,
        positions=close(ledger, evidence, closing, low),
        totals=close(totals, _summed(evidence), closing, low_totals),
        remedy=remedies(ledger, allocation, offers, closing, market.currency),
        offers=offers,
        low_allocation=low_allocation,
    )


def has_unknowns(matcher: MatcherGraph, part: Sequence[Node]) -> bool:
    """True when some block of a component rests on a fact that is not known."""
    nodes = matcher.graph.nodes
    return any(not nodes[node]["block"].known for node in part if node[0] == "block")


def _doubts(evidence: Sequence[EvidenceCount], market: Market) -> dict[tuple[str, str, str], tuple[str, ...]]:
    found = {}
    for count in evidence:
        reasons = []
        product = market.covering.product(count.product)
        if not count.edition and len([e for e in product.editions if e.license_class == "paid"]) > 1:
            reasons.append("edition unknown: any license of the product covers it")
        if not count.version and product.releases:
            reasons.append("version unknown: a license of any version covers it")
        if reasons:
            found[(count.product, count.edition, count.version)] = tuple(reasons)
    return found


def _summed(evidence: Sequence[EvidenceCount]) -> list[EvidenceCount]:
    by_key: dict[tuple[str, str], tuple[dict[str, int], dict[str, int]]] = {}
    for count in evidence:
        buckets, sources = by_key.setdefault((count.product, count.edition), ({}, {}))
        for name, rows in count.buckets.items():
            buckets[name] = buckets.get(name, 0) + rows
        for name, rows in count.sources.items():
            sources[name] = sources.get(name, 0) + rows
    return [
        EvidenceCount(product=p, edition=e, version="", buckets=b, sources=s)
        for (p, e), (b, s) in sorted(by_key.items())
    ]


def list_value(market: Market, product: str, edition: str, version: str, metric: str) -> Decimal | None:
    """Return the list price of one unit over the horizon."""
    found = market.setting.prices.find(product, edition, version, metric)
    return None if found is None else _decimal(found)


def _decimal(amount: Fraction) -> Decimal:
    return Decimal(amount.numerator) / Decimal(amount.denominator)


def evidence_counts(demand: Demand, sources: Mapping[int, str], seats: Sequence[Seat] = ()) -> list[EvidenceCount]:
    """Read the buckets and sources of every product, edition and version from the stages; a seat is a row like any."""
    buckets: dict[int, dict[str, int]] = {}
    for kind, bucket, rows in demand.relations.fetch("SELECT pev, bucket, row_count FROM buckets"):
        buckets.setdefault(kind, {})[bucket] = rows
    files: dict[int, dict[str, int]] = {}
    for kind, source, rows in demand.relations.fetch("SELECT pev, source, row_count FROM source_rows"):
        into = files.setdefault(kind, {})
        into[sources[source]] = into.get(sources[source], 0) + rows
    _check_rows(demand, buckets)
    _add_seats(demand, seats, buckets, files)
    return [
        EvidenceCount(product=p, edition=e, version=v, buckets=buckets[n], sources=files.get(n, {}))
        for n, (p, e, v) in enumerate(demand.kinds)
        if n in buckets
    ]


def _add_seats(
    demand: Demand, seats: Sequence[Seat], buckets: dict[int, dict[str, int]], files: dict[int, dict[str, int]]
) -> None:
    """Add the rows of seats: the first one of a person and product counts."""
    numbers = {kind: n for n, kind in enumerate(demand.kinds)}
    seen = set()
    for seat in seats:
        number = numbers[(seat.product, "", "")]
        bucket = "same-installation" if (seat.user_id, seat.product) in seen else "counted"
        seen.add((seat.user_id, seat.product))
        for into, name in ((buckets, bucket), (files, seat.origin.path)):
            rows = into.setdefault(number, {})
            rows[name] = rows.get(name, 0) + 1


def _check_rows(demand: Demand, buckets: Mapping[int, Mapping[str, int]]) -> None:
    """Hold that every evidence row of a product is in exactly one bucket: raw = Σ buckets, in every run.

    Raises:
        IdentityError: It is not so.
    """
    raw = dict(demand.relations.fetch("SELECT pev, COUNT(*) FROM coded WHERE pev >= 0 GROUP BY pev"))
    booked = {kind: sum(rows.values()) for kind, rows in buckets.items()}
    for kind in sorted(raw.keys() | booked.keys()):
        if raw.get(kind, 0) != booked.get(kind, 0):
            raise IdentityError(f"{demand.kinds[kind]}: {raw.get(kind, 0)} rows, {booked.get(kind, 0)} in buckets")
