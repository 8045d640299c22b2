"""The entitlement baseline: purchase lines and contracts to lots, as owned on a day.

Lines take effect in the order of their days, and on one day bases first, then maintenance, upgrades, step-ups and what
takes units away. Maintenance, upgrades and step-ups add no units: what finds no base is a problem, and the rest counts
as far as the base reaches. Every line keeps an account of what became of its units.
"""

from collections.abc import Sequence
from datetime import date

from sam.entitlements.lotchanges import Ledger, lot_id
from sam.entitlements.lots import Baseline, LineAccount, Lot, LotState
from sam.entitlements.purchaselines import BASES, ORDER, Line, problem, read_lines
from sam.entitlements.scopes import Scope, parse_scope
from sam.model import Contract, Entitlement, Problem, Severity


def build_lots(entitlements: Sequence[Entitlement], contracts: Sequence[Contract], as_of: date) -> Baseline:
    """Work out what is owned on a day.

    Args:
        entitlements: Purchase lines with products resolved to ids, in any order.
        contracts: For the end of subscriptions that have none of their own.
        as_of: The day. A change that takes effect later changes nothing yet; a later base is a lot of state `future`.

    Returns:
        Lots, problems and an account of every line. A lot always has units; what is used up is left out.
    """
    lines, problems = read_lines(entitlements, contracts, as_of)
    ledger = Ledger(as_of, problems, known=frozenset(line.id for line in lines))
    for line in sorted(lines, key=lambda line: _order(line, as_of)):
        if line.transaction in BASES:
            ledger.open(_base_lot(line, as_of, problems))
        elif _in_effect(line, as_of):
            ledger.apply(line)
    accounts = {
        line.id: LineAccount(
            entitlement_id=line.id,
            transaction=line.transaction,
            units=line.units,
            applied=ledger.applied.get(line.id, 0),
        )
        for line in lines
    }
    return Baseline(
        lots=tuple(sorted(ledger.lots.values(), key=_shelf)),
        exceptions=tuple(sorted(problems, key=lambda p: (p.where, p.code, p.message))),
        lines=accounts,
    )


def _order(line: Line, as_of: date) -> tuple[date, int, str]:
    undated = date.min if line.transaction in BASES else as_of
    return line.day or undated, ORDER[line.transaction], line.id


def _in_effect(line: Line, as_of: date) -> bool:
    """True once a change has begun; what it gave for a time only (an upgrade with an end) is given back afterwards.

    Maintenance that has ended stays in effect: releases of its time remain covered.
    """
    begun = line.day is None or line.day <= as_of
    over = line.transaction in {"upgrade", "step-up"} and line.ends_on is not None and line.ends_on < as_of
    return begun and not over


def _base_lot(line: Line, as_of: date, problems: list[Problem]) -> Lot:
    source = line.source
    scope = parse_scope(source.scope, where=f"{source.origin.path}#{source.origin.record}")
    if isinstance(scope, Problem):
        problems.append(scope)
    if source.starts_on is None and source.purchased_on is not None and source.purchased_on > as_of:
        text = (
            f"bought on {source.purchased_on}, after {as_of}, without starts_on; it counts as open from the beginning"
        )
        problems.append(problem(source, "bought-later", Severity.WARNING, text, "add starts_on"))
    return Lot(
        id=lot_id([line.id]),
        entitlement_ids=(line.id,),
        publisher=source.publisher,
        product=source.product,
        edition=source.edition,
        version=source.version,
        metric=source.metric,
        units=line.units,
        state=_state(source.starts_on, line.ends_on, as_of),
        scope=scope.text if isinstance(scope, Scope) else source.scope,
        rights=source.rights,
        maintenance_until=source.maintenance_until,
        starts_on=source.starts_on,
        ends_on=line.ends_on,
        subscription=line.subscription,
        purchased_on=source.purchased_on,
        unit_price=source.unit_price,
        currency=source.currency,
        contract_id=source.contract_id,
        origins=(source.origin,),
    )


def _state(starts_on: date | None, ends_on: date | None, as_of: date) -> LotState:
    if ends_on is not None and ends_on < as_of:
        return LotState.EXPIRED
    if starts_on is not None and starts_on > as_of:
        return LotState.FUTURE
    return LotState.VALID


def _shelf(lot: Lot) -> tuple[str, str, str, str, str, str]:
    return lot.product, lot.edition, lot.version, lot.metric, lot.scope, lot.id
