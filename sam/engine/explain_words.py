"""Words for what counting and covering did: formulas with numbers, the right used, and why a license does not fit.

Each answer is worked out from the same functions that counted, so that the words cannot drift from the numbers.
"""

from dataclasses import replace

from sam.entitlements.classes import DemandClass, Item
from sam.entitlements.covers import DOWNGRADE, EDITION_ABOVE, OTHER, SUITE, Covering
from sam.entitlements.hosts import grant_of
from sam.entitlements.licenses import DEVICE_SUBJECT, License, Pool
from sam.entitlements.metrics import subject_units
from sam.entitlements.options import Block
from sam.model import CountRule, Device, Interval
from sam.model.versions import release_date

_VIRTUAL = "virtual-machine"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def bundles(demand: DemandClass) -> str:
    """Return how many bundles a class has, by what they are."""
    if len(demand.users) > 1:
        return "people who share devices"
    one, more = {"user": ("person", "people"), "host": ("host", "hosts")}.get(demand.kind, ("device", "devices"))
    return f"1 {one}" if demand.count == 1 else f"{demand.count} alike {more}"


def formula(block: Block, license: License, facts: Device | None, *, known_host: bool = True) -> str:
    """Return how a block's units come about, ending in `→ units`."""
    if block.grant:
        return f"a set needs every licensable core of the host: {_cores(facts, license, known_host=known_host)}"
    if facts is None:
        known = "a person" if block.known else "a person, who is not known here and may be counted elsewhere"
        return f"1 {license.metric} for {known} → {block.units}"
    if license.metric == "core":
        return _cores(facts, license)
    if license.metric == "processor":
        return _ending(f"processors: {'not known' if facts.sockets is None else facts.sockets}", facts, license)
    return f"1 {license.metric} for the device → {block.units}"


def _cores(facts: Device | None, license: License, *, known_host: bool = True) -> str:
    if facts is None:
        return ""
    rule = license.term.count
    virtual = rule.cores == "virtual" or (facts.kind == _VIRTUAL and rule.cores != "physical")
    text = _virtual(facts, rule) if virtual else _physical(facts, rule)
    return _ending(text, facts, license, known_host=known_host)


def _virtual(facts: Device, rule: CountRule) -> str:
    if not facts.vcpus or facts.vcpus < 1:
        return "virtual cores not known"
    return f"max({rule.minimum_vm}, {facts.vcpus} virtual cores)" if rule.minimum_vm else f"{facts.vcpus} virtual cores"


def _physical(facts: Device, rule: CountRule) -> str:
    if facts.kind == _VIRTUAL:
        return f"the host is not known: a server has at least {max(rule.minimum_server, rule.minimum_processor, 1)}"
    processors = facts.sockets if facts.sockets and facts.sockets > 0 else 1
    noun = plural(processors, "processor")
    if not facts.cores or facts.cores < 1:
        least = f", each with at least {rule.minimum_processor}" if rule.minimum_processor else ""
        return f"cores not known; {noun}{least}{_server(rule)}"
    smaller, larger_ones = divmod(facts.cores, processors)
    parts = [(processors - larger_ones, smaller), (larger_ones, smaller + 1)]
    told = " + ".join(
        f"{plural(count, 'processor')} × {_least(rule.minimum_processor, cores)}" for count, cores in parts if count
    )
    total = sum(count * max(rule.minimum_processor, cores) for count, cores in parts)
    return f"{told} = {total}{_server(rule)}"


def _least(minimum: int, cores: int) -> str:
    return f"max({minimum}, {cores})" if minimum else plural(cores, "core")


def _server(rule: CountRule) -> str:
    return f", at least {rule.minimum_server}" if rule.minimum_server else ""


def _ending(text: str, facts: Device, license: License, *, known_host: bool = True) -> str:
    need = subject_units(facts, license.term)
    if not known_host:
        need = Interval(need.low, None)
    if need.known:
        return f"{text} → {need.low}"
    if need.high is None:
        return f"{text} → at least {need.low}, no upper bound is known; {need.low} counted"
    return f"{text} → at least {need.low}, at most {need.high}; {need.high} counted"


def sets(demand: DemandClass, block: Block, license: License, needed: int) -> str:
    """Return how many sets a host's units are, for how many instances; "" for what is not licensed by host."""
    grant = grant_of(license)
    if not block.grant or grant is None or not block.units:
        return ""
    slots = "any number of instances" if grant.slots is None else plural(grant.slots, "instance")
    there = demand.count * sum(count for item, count in demand.instances if item in block.items)
    return (
        f"{plural(needed // block.units, 'set')} × {block.units} = {needed} for {plural(there, 'instance')};"
        f" one set of edition {grant.edition} covers {slots}"
    )


def way(covering: Covering, license: License, item: Item, *, grant: bool = False) -> str:
    """Return the right by which a license covers an item, in words."""
    relation = covering.relation(license, item, grant=grant)
    if relation == SUITE:
        return f"suite: {license.product} brings {item.product} with it"
    if relation == EDITION_ABOVE:
        right = "one set" if grant else f"edition-below right {_given(license, 'edition-below')}"
        return f"edition above: {license.edition} covers {item.edition} ({right})"
    if relation == DOWNGRADE:
        told = f"a license of {license.version} is used for {item.version}"
        return f"downgrade right {_given(license, 'downgrade')}: {told}"
    if relation == OTHER:
        day = release_date(covering.product(item.product), item.version)
        told = f"{item.version} is of {day}, within maintenance until {license.maintenance_until}"
        return f"upgrade right {_given(license, 'upgrade')}: {told}"
    return f"own license: {_edition(license, item)}, {_version(license, item)}"


def _edition(license: License, item: Item) -> str:
    if license.edition and item.edition:
        return "same edition"
    return "the installed edition is not known" if license.edition else "for every edition"


def _version(license: License, item: Item) -> str:
    if license.version and item.version:
        return "same version"
    return "the installed version is not known" if license.version else "for every version"


def _given(license: License, right: str) -> str:
    return "given by the term" if right in license.term.rights else "given by the purchase line"


def refusal(covering: Covering, license: License, item: Item, *, host: bool = False) -> str:
    """Return why a license does not cover an item, apart from where it may be used; "" when it does."""
    if isinstance(license, Pool) and license.blocked:
        return "its units are held by a retired device"
    if not license.countable:
        return f"use under the metric {license.metric} is not measured here"
    if item.seat and license.metric in DEVICE_SUBJECT:
        return f"a seat is a person's, and the metric {license.metric} is for devices"
    if host and grant_of(license) is None:
        return f"under the metric {license.metric} it gives a host no instances"
    if covering.relation(license, item, grant=host) is not None:
        return ""
    # the same license and the same item without versions: what still refuses is the edition
    bare = replace(license, id=f"{license.id}?", version="", maintenance_until=None)
    unversioned = replace(item, version="")
    if license.product != item.product:
        return _component(covering, bare, unversioned, license, item)
    if covering.relation(bare, unversioned, grant=host) is None:
        return _wrong_edition(covering, license, item)
    return _wrong_version(covering, license, item)


def _component(covering: Covering, bare: License, unversioned: Item, license: License, item: Item) -> str:
    if item.product not in covering.linked_products(license):
        return f"{license.product} does not contain {item.product}"
    if covering.relation(bare, unversioned) is None:
        return f"{license.product} contains {item.product} in another edition"
    version = f" {license.version}" if license.version else ""
    return f"{license.product}{version} does not reach {item.product} {item.version}, by version or day of release"


def _wrong_edition(covering: Covering, license: License, item: Item) -> str:
    product = covering.product(item.product)
    owned, installed = product.edition(license.edition), product.edition(item.edition)
    if owned and installed and owned.rank is not None and installed.rank is not None and owned.rank > installed.rank:
        return f"edition {license.edition} is above {item.edition}, but there is no edition-below right"
    return f"edition {license.edition} does not contain {item.edition}"


def _wrong_version(covering: Covering, license: License, item: Item) -> str:
    earlier = replace(license, id=f"{license.id}?downgrade", rights=license.rights | {"downgrade"})
    if covering.relation(earlier, item) is not None:
        return f"it is for version {license.version}, {item.version} is earlier, and there is no downgrade right"
    told = f"it is for version {license.version}, and {item.version} is later"
    if "upgrade" not in license.rights:
        return f"{told}: there is no upgrade right"
    released = release_date(covering.product(item.product), item.version)
    if license.maintenance_until is None:
        return f"{told}: the upgrade right has no maintenance_until"
    if released is None:
        return f"{told}: its day of release is not known"
    return f"{told}: released on {released}, after maintenance ended on {license.maintenance_until}"


def out_of_scope(license: License, shown: str, demand: DemandClass, item: Item) -> str:
    """Return why a license may not be used where an item is; "" when it may. `shown` is its scope as told."""
    if not license.scope:
        return ""
    if license.per_user and item in demand.items:
        holds = license.scope in demand.user_scopes[demand.items.index(item)]
    else:
        holds = bool(demand.slots) and license.scope in demand.slots[max(item.slot, 0)].scopes
    whose = "person" if license.per_user else "device"
    return "" if holds else f"its scope {shown} does not hold: the {whose} is elsewhere, or it is not known where"
