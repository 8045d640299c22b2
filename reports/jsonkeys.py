"""The published JSON Schema of the machine output, and the one list of its keys.

`reports.jsondoc` emits exactly the keys named here, in this order, so the document and its schema cannot drift apart.
A key that is added raises the minor number of `SCHEMA_VERSION`; one that is renamed, removed or means something else
raises the major number.
"""

from collections.abc import Mapping
from typing import Any, Final

SCHEMA_VERSION: Final = "1.0"

type_ = dict[str, Any]


def _text(about: str, **more: Any) -> type_:  # noqa: ANN401 - JSON Schema keywords hold any JSON value
    return {"type": "string", "description": about, **more}


def _count(about: str) -> type_:
    return {"type": "integer", "minimum": 0, "description": about}


def _flag(about: str) -> type_:
    return {"type": "boolean", "description": about}


def _amount(about: str) -> type_:
    return _text(about, pattern=r"^-?\d+(\.\d+)?$")


def _day(about: str) -> type_:
    return _text(about, format="date")


def _maybe(kind: type_) -> type_:
    return {**kind, "type": [kind["type"], "null"]}


def _texts(about: str) -> type_:
    return {"type": "array", "items": {"type": "string"}, "description": about}


def _list(of: str, about: str) -> type_:
    return {"type": "array", "items": {"$ref": f"#/$defs/{of}"}, "description": about}


def _one(of: str, about: str) -> type_:
    return {"$ref": f"#/$defs/{of}", "description": about}


def _map(values: type_, about: str) -> type_:
    return {"type": "object", "additionalProperties": values, "description": about}


_COUNTS: Final[type_] = {"type": "integer", "minimum": 0}
_AMOUNTS: Final[type_] = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}

RUN: Final[Mapping[str, type_]] = {
    "as_of": _day("The day the run speaks about: terms, contracts, prices and evidence valid on it."),
    "version": _text("Version of Trueup that made the run."),
    "schema_version": _text("Version of this schema.", const=SCHEMA_VERSION),
    "workspace": _text("Name of the workspace folder."),
    "currency": _text("Currency of every amount that has none of its own."),
    "inputs": _list("input", "Every file the result depends on, catalog and terms included."),
}
INPUT: Final[Mapping[str, type_]] = {
    "file": _text("Path as shown, relative to the workspace."),
    "sha256": _text("Hash of its bytes."),
}
SEVERITIES: Final[Mapping[str, type_]] = {
    "error": _count("Open findings of severity error."),
    "warning": _count("Open findings of severity warning."),
    "info": _count("Open findings of severity info."),
}
SUMMARY: Final[Mapping[str, type_]] = {
    "devices": _count("Devices after merging."),
    "people": _count("People known."),
    "installations": _count("Installations that count."),
    "products": _count("Products installed, owned or measured."),
    "entitlements": _count("Purchase lines."),
    "contracts": _count("Contracts."),
    "true_up_cost": _amount("Least cost of ending every shortfall, over the policy's horizon: the sum of the remedy."),
    "true_up_unpriced_units": _count("Units to buy for which no price is known; not in `true_up_cost`."),
    "exposure": _amount("Shortfall at the price of what is installed."),
    "exposure_unpriced_units": _count("Short units without a price; not in `exposure`."),
    "overspend": _amount("Money in findings of the overspend family."),
    "priority_order_cost": _amount("Cost when licenses are assigned by the usual priority order instead."),
    "priority_order_unpriced_units": _count("Units that order leaves without a known price; not in its cost."),
    "priority_orders": _map(_AMOUNTS, "Cost of each priority order that was tried, by its name."),
    "coverage": _map(_AMOUNTS, "Shares from 0 to 1: `rows` recognised, `titles` recognised, `spend` matched."),
    "rows": _map(_COUNTS, "Evidence rows by what their title turned out to be."),
    "findings": _one("severities", "Open (not waived) findings by severity."),
    "status": _text("`optimal` when the cost is proven least, else the gravest status of a position."),
}
SOURCE: Final[Mapping[str, type_]] = {
    "file": _text("Path as shown, relative to the workspace."),
    "sha256": _text("Hash of its bytes."),
    "format": _text("Format it was read as, `unknown` when none fits."),
    "rows": _count("Records read; equals `accepted` + `rejected_count`."),
    "accepted": _count("Records used."),
    "rejected": _list("reject", "The first 1,000 rejected records."),
    "rejected_count": _count("All rejected records."),
    "dropped": _map(_COUNTS, "Values dropped for privacy, by field name."),
    "observed_on": _maybe(_day("The day the source describes.")),
    "unchanged": _flag("True when the same bytes were imported before."),
}
REJECT: Final[Mapping[str, type_]] = {
    "line": _count("Physical line, or record where a format has no lines; 0 for the file as a whole."),
    "reason": _text("Why it could not be used."),
}
DEMAND: Final[Mapping[str, type_]] = {
    "low": _count("Units needed where unknown facts take their low value."),
    "high": _maybe(_count("Units needed where they take their high value; null when there is no bound.")),
}
CONFIDENCE: Final[Mapping[str, type_]] = {
    "reasons": _texts("Reasons to trust the line less; empty when there are none.")
}
AT_LOW: Final[Mapping[str, type_]] = {
    "demand": _count("Units needed."),
    "covered": _count("Of these, covered."),
    "shortfall": _count("Of these, not covered."),
    "surplus": _count("Units owned and free."),
}
POSITION: Final[Mapping[str, type_]] = {
    "id": _text("Stable between runs; `trueup explain position ID` shows how it came about."),
    "publisher": _text("Publisher id, or the name given where it is not in the catalog."),
    "product": _text("Product id, or the name given where it is not in the catalog."),
    "product_name": _text("Display name."),
    "edition": _maybe(_text("Edition id; null: any or unknown.")),
    "version": _maybe(_text("Version; null: any or unknown.")),
    "metric": _text("Metric word: what one unit is."),
    "term": _maybe(_text("Id of the license term, a key of `terms`.")),
    "scope": _maybe(_text("Where the units may be used; null: anywhere.")),
    "entitled": _count("Units owned and valid on the day."),
    "expired": _count("Units whose right had ended before the day; not in `entitled`."),
    "demand": _one("demand", "Units the term asks for."),
    "solved": _count("The demand that was solved: `high` where it is finite, else `low`."),
    "covered": _count("Units of `solved` that owned licenses cover: the sum of the five that follow."),
    "covered_own": _count("By licenses of the same product, edition and version."),
    "covered_suite": _count("By a suite."),
    "covered_downgrade": _count("By a later version."),
    "covered_edition_above": _count("By a higher edition."),
    "covered_other": _count("By an upgrade right or another right."),
    "used_here": _count("Owned units used at this line."),
    "used_for_others": _count("Owned units used at other lines."),
    "reserved": _count("Owned units set aside."),
    "non_transferable": _count("Owned units bound to a subject that does not need them."),
    "shortfall": _count("`solved` - `covered`."),
    "surplus": _count("Owned units that are valid and free."),
    "order_quantity": _count("Units of this product in the remedy."),
    "unit_price": _maybe(_amount("Price of one unit of the installed product over the horizon.")),
    "price_source": _maybe(_text("Where that price stands.")),
    "exposure": _maybe(_amount("`shortfall` × `unit_price`; null where a short product has no price.")),
    "status": _text("How sure the line is.", enum=["optimal", "gap", "unknown", "ineligible", "disputed"]),
    "confidence": _one("confidence", "What lowers the trust in the line."),
    "at_low": {
        "anyOf": [{"$ref": "#/$defs/at_low"}, {"type": "null"}],
        "description": "The same line where unknown facts take their low value; null when nothing is unknown.",
    },
    "buckets": _map(_COUNTS, "Evidence rows by bucket; their sum is the raw count."),
    "sources": _map(_COUNTS, "Evidence rows by source file."),
    "entitlements": _texts("Ids of the purchase lines behind `entitled`."),
}
REMEDY: Final[Mapping[str, type_]] = {
    "publisher": _maybe(_text("Publisher id.")),
    "product": _text("Product to buy."),
    "product_name": _text("Display name."),
    "edition": _maybe(_text("Edition to buy.")),
    "version": _maybe(_text("Version on sale; null: not version-bound.")),
    "metric": _text("Metric word: what one unit is."),
    "units": _count("Units to buy: `packs` × `pack`."),
    "packs": _count("Packs to order."),
    "pack": _count("Units in one pack."),
    "unit_price": _maybe(_amount("Price of one unit per `per`, in `currency`; null: no price known.")),
    "per": _text("`once`, `month` or `year`."),
    "cost": _maybe(_amount("Cost over the horizon, in the workspace currency.")),
    "first_order": _maybe(_amount("Cash of the first order, in the workspace currency.")),
    "currency": _maybe(_text("Currency of `unit_price`.")),
    "price_source": _maybe(_text("Where the price stands.")),
    "covers": _texts("Ids of the positions whose shortfall it ends."),
}
FINDING: Final[Mapping[str, type_]] = {
    "id": _text("Stable between runs: rule and subject."),
    "rule": _text("Rule code; `trueup rule CODE` explains it."),
    "family": _text("`compliance`, `overspend`, `renewal`, `lifecycle` or `data-quality`."),
    "severity": _text("How much it matters.", enum=["error", "warning", "info"]),
    "subject": _text("What it is about, as `kind:id`."),
    "message": _text("The finding in words."),
    "numbers": {
        "type": "object",
        "additionalProperties": {"type": ["integer", "string"]},
        "description": "The numbers of the message; amounts as decimal strings.",
    },
    "remedy": _maybe(_text("What to do.")),
    "evidence": _texts("Places of the first rows behind it."),
    "waived_by": _maybe(_text("Who accepted it and until when; null: open.")),
}
RENEWAL: Final[Mapping[str, type_]] = {
    "contract_id": _text("Contract."),
    "vendor": _maybe(_text("Vendor.")),
    "title": _maybe(_text("Title.")),
    "ends_on": _maybe(_day("Last day of the contract.")),
    "notice_by": _maybe(_day("Last day on which notice is in time.")),
    "auto_renews": _maybe(_flag("Whether it renews without notice; null: not known.")),
    "owner": _maybe(_text("Who looks after it.")),
    "quantity": _count("Units of its lines valid on the day."),
    "recommended": _maybe(_count("Units a re-solve without these lines would keep; null: could not be priced.")),
    "bill": _list("bill", "What renewing each quantity costs in all, other purchases included."),
    "value": _maybe(_amount("Value of the contract, in `currency`.")),
    "currency": _maybe(_text("Currency of `value`.")),
}
BILL: Final[Mapping[str, type_]] = {
    "quantity": _count("Units renewed."),
    "cost": _amount("Cost in all, in the workspace currency."),
}
PROBLEM: Final[Mapping[str, type_]] = {
    "code": _text("Stable word for the kind of fault."),
    "severity": _text("How much it matters.", enum=["error", "warning", "info"]),
    "where": _text("File, and line where there is one."),
    "message": _text("What is wrong."),
    "remedy": _maybe(_text("What to do.")),
}
TITLE: Final[Mapping[str, type_]] = {
    "name": _text("Title as reported."),
    "publisher": _maybe(_text("Publisher as reported.")),
    "devices": _count("Devices that hold it."),
    "rows": _count("Evidence rows."),
}
DOCUMENT: Final[Mapping[str, type_]] = {
    "run": _one("run", "What was run, on what."),
    "summary": _one("summary", "The run in numbers."),
    "sources": _list("source", "What became of every record of every file."),
    "positions": _list("position", "The effective license position, line by line."),
    "totals": _list("position", "Positions summed over version and scope."),
    "remedy": _list("remedy", "The least-cost list of purchases that ends every shortfall."),
    "findings": _list("finding", "What the rules found, waived findings included."),
    "renewals": _list("renewal", "Contracts with an end, soonest first."),
    "problems": _list("problem", "Faults in the data."),
    "unknown_titles": _list("title", "Titles that no rule recognises, most frequent first."),
    "terms": _map({"type": "string"}, "License terms in force: id to the rule in words, with its source."),
    "rates": _map({"type": "string"}, "Exchange rates used: currency to rate and day."),
    "changes": _maybe(_texts("What changed against the previous run; null when there was none.")),
}

PARTS: Final[Mapping[str, Mapping[str, type_]]] = {
    "run": RUN,
    "input": INPUT,
    "summary": SUMMARY,
    "severities": SEVERITIES,
    "source": SOURCE,
    "reject": REJECT,
    "position": POSITION,
    "demand": DEMAND,
    "confidence": CONFIDENCE,
    "at_low": AT_LOW,
    "remedy": REMEDY,
    "finding": FINDING,
    "renewal": RENEWAL,
    "bill": BILL,
    "problem": PROBLEM,
    "title": TITLE,
}
"""Every object of the document, by the name of its definition in the schema."""


def nullable(kind: type_) -> bool:
    """True when a key may hold null."""
    return isinstance(kind.get("type"), list) and "null" in kind["type"]


def _object(keys: Mapping[str, type_]) -> type_:
    return {"type": "object", "properties": dict(keys), "required": list(keys), "additionalProperties": False}


def schema() -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12; objects are closed, so an unknown key is a fault."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:trueup:run:{SCHEMA_VERSION}",
        "title": "Trueup run",
        "description": "Quantities are numbers, amounts decimal strings, dates ISO 8601, absent is null.",
        **_object(DOCUMENT),
        "$defs": {name: _object(keys) for name, keys in PARTS.items()},
    }
