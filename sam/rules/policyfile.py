"""The policy file: what an organisation decides for itself, read from YAML and checked (docs/policy.md)."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from sam.catalog.document import Document, Place, read_document
from sam.errors import ConfigError
from sam.model import Policy, Problem, Severity, Waiver
from sam.rules.rulebook import RULES
from sam.rules.thresholds import THRESHOLDS

_MOST_FAULTS: Final = 20
_LONGEST_TEXT: Final = 500


def _fold(value: object) -> object:
    return value.strip().casefold() if isinstance(value, str) else value


def _mapping(value: object) -> object:
    return {} if value is None else value


def _list(value: object) -> object:
    return [] if value is None else value


def _text(value: str) -> str:
    text = " ".join(value.split())
    if not text or len(text) > _LONGEST_TEXT:
        raise PydanticCustomError(
            "policy", "a text of 1 to {longest} characters is expected", {"longest": _LONGEST_TEXT}
        )
    return text


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise PydanticCustomError("policy", "a day such as 2026-12-31 is expected", {}) from None


Text = Annotated[str, AfterValidator(_text)]
Day = Annotated[date, BeforeValidator(_day)]
Level = Annotated[Literal["error", "warning", "info", "off"], BeforeValidator(_fold)]
Limit = Annotated[Literal["error", "warning", "info", "none"], BeforeValidator(_fold)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WaiverEntry(_Entry):
    """A finding accepted until a day."""

    rule: Text
    subject: Text = "*"
    owner: Text
    reason: Text
    until: Day


class PolicyEntry(_Entry):
    """The file as a whole; every key may be left out."""

    fail_on: Limit = "none"
    horizon_months: Annotated[int, Field(ge=1, le=600)] = 36
    severities: Annotated[dict[str, Level], BeforeValidator(_mapping)] = {}
    thresholds: Annotated[dict[str, Annotated[int, Field(ge=0)]], BeforeValidator(_mapping)] = {}
    waivers: Annotated[tuple[WaiverEntry, ...], BeforeValidator(_list)] = ()


class _Fault(NamedTuple):
    line: int
    where: str
    message: str
    hint: str


def read_policy(path: Path) -> tuple[Policy, tuple[Problem, ...]]:
    """Read and check a policy file.

    Args:
        path: The file; messages show its name.

    Returns:
        The policy, and a problem for each waiver without effect.

    Raises:
        ConfigError: The file cannot be read, is no YAML, or holds something unknown; all faults are told at once.
    """
    document = _document(path)
    value = document.value if document.value is not None else {}
    try:
        entry = PolicyEntry.model_validate({k: v for k, v in value.items() if v is not None} if isinstance(value, dict)
                                           else value)  # fmt: skip
    except ValidationError as error:
        raise _refused([_told(document, detail) for detail in error.errors()]) from error
    faults = list(_unknown_names(document, entry))
    if faults:
        raise _refused(faults)
    policy = Policy(
        fail_on=entry.fail_on,
        severities=entry.severities,
        thresholds=entry.thresholds,
        waivers=tuple(_waiver(document, n, w) for n, w in enumerate(entry.waivers)),
        horizon_months=entry.horizon_months,
    )
    return policy, tuple(_idle_waivers(policy))


def _document(path: Path) -> Document:
    try:
        return read_document(path.name, path.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=path.name, hint="check its rights") from error
    except ConfigError as error:
        # the second is YAML's way of saying that nothing follows the asterisk
        if "alias" in error.message or "alphabetic" in error.message:
            raise ConfigError(
                "a text that begins with * is not in quotes", where=error.where, hint="write it as subject: '*'"
            ) from error
        raise ConfigError(error.message, where=error.where, hint=_hint(error.hint)) from error


def _hint(hint: str) -> str:
    return "see docs/policy.md for the format" if "catalog" in hint else hint


def _waiver(document: Document, number: int, entry: WaiverEntry) -> Waiver:
    return Waiver(
        rule=entry.rule,
        subject=entry.subject,
        owner=entry.owner,
        reason=entry.reason,
        until=entry.until,
        where=document.where(("waivers", number)),
    )


def _idle_waivers(policy: Policy) -> Iterator[Problem]:
    for waiver in policy.waivers:
        if policy.severities.get(waiver.rule) == "off":
            yield Problem(
                code="waiver-without-effect",
                severity=Severity.WARNING,
                where=waiver.where,
                message=f"the rule {waiver.rule} is off, so its waiver has no effect",
                remedy="remove the waiver, or switch the rule on",
            )


def _refused(faults: Sequence[_Fault]) -> ConfigError:
    first, *more = sorted(faults)
    others = "".join(f"\n{f.where}: {f.message} ({f.hint})" for f in more[: _MOST_FAULTS - 1])
    return ConfigError(first.message + others, where=first.where, hint=first.hint)


def _fault(document: Document, place: Place, message: str, hint: str) -> _Fault:
    where = document.where(place)
    return _Fault(int(where.rpartition(":")[2]), where, message, hint)


def _unknown_names(document: Document, entry: PolicyEntry) -> Iterator[_Fault]:
    for code in entry.severities:
        if code not in RULES:
            yield _unknown(document, ("severities", code), "rule", code, RULES)
    for number, waiver in enumerate(entry.waivers):
        if waiver.rule not in RULES:
            yield _unknown(document, ("waivers", number, "rule"), "rule", waiver.rule, RULES)
    for name, value in entry.thresholds.items():
        place: Place = ("thresholds", name)
        if name not in THRESHOLDS:
            yield _unknown(document, place, "threshold", name, THRESHOLDS)
        elif value > THRESHOLDS[name].highest:
            most = THRESHOLDS[name].highest
            yield _fault(document, place, f"{name}: {value} is too high", f"a whole number from 0 to {most}")


def _unknown(document: Document, place: Place, what: str, name: str, known: Iterable[str]) -> _Fault:
    return _fault(document, place, f"unknown {what} '{name}'", _suggestion(name, sorted(known)))


def _suggestion(name: str, known: Sequence[str]) -> str:
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.8)
    did = f"did you mean {folded[close[0]]}? " if close else ""
    return f"{did}known: {', '.join(known)}"


def _told(document: Document, detail: ErrorDetails) -> _Fault:
    place: Place = tuple(part for part in detail["loc"] if part != "[key]")
    key = ".".join(str(part) for part in place if isinstance(part, str)) or "the file"
    context: dict[str, Any] = detail.get("ctx") or {}
    kind = detail["type"]
    if kind == "extra_forbidden":
        model = WaiverEntry if len(place) > 1 else PolicyEntry
        return _unknown(document, place, "key", str(place[-1]), model.model_fields)
    if kind == "missing":
        return _fault(
            document, place, f"the key '{place[-1]}' is missing", "every waiver says rule, owner, reason, until"
        )
    if kind == "literal_error":
        return _fault(document, place, f"{key}: '{detail['input']}' is not known", f"use {context.get('expected', '')}")
    message = detail["msg"].replace("Input should be", "expected")
    return _fault(document, place, f"{key}: {message}", "see docs/policy.md for the format")


def _template() -> str:
    numbers = "".join(f"  # {t.meaning}\n  {name}: {t.default}\n" for name, t in THRESHOLDS.items())
    return f"""\
# What this organisation decides for itself. `trueup rules` lists the rules, `trueup rule CODE` explains one.

# Exit 1 from this severity on: error, warning, info or none. `--fail-on` wins.
fail_on: none

# Months over which subscriptions and one-off prices are compared.
horizon_months: 36

# Severity of single rules: error, warning, info or off.
severities:
#  DAT001: off

# Whole numbers that the rules go by; these are the defaults.
thresholds:
{numbers}
# Findings accepted until a day (included), by somebody, for a reason. `subject` is that of the finding or a product id;
# `*` stands for any text, and needs quotes.
waivers:
#  - rule: POS001
#    subject: "microsoft/*"
#    owner: license office
#    reason: true-up ordered, order 4711
#    until: 2026-12-31
"""


TEMPLATE: Final = _template()
"""The policy file of a new workspace."""
