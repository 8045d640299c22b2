"""Rows of a table to records: the columns' grammar, ids that come twice, and what is said about every fault."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sam.model import (
    Access,
    AllocationRow,
    Contract,
    Device,
    DeviceLink,
    Entitlement,
    Measure,
    OrgUnit,
    Origin,
    Person,
    Price,
    Record,
    Seat,
    Session,
    Severity,
)
from sam.model.words import fold_word
from sam.readers.cells import CellFaultError, Value, read_cell
from sam.readers.columns import Column, Kind, TableSpec
from sam.readers.delimited import RawRecord
from sam.readers.faults import FaultLog
from sam.readers.headers import Binding, propose_map, show_map
from sam.readers.table_specs import SOFTWARE, TABLES
from sam.register.evidence import SPACES

__all__ = ["SOFTWARE", "TABLES", "TableRead", "TableSpec", "read_table", "report_headers", "usable"]

_HEADERS_SHOWN: Final = 30

_MODELS: Final[Mapping[str, Callable[..., Record]]] = {
    "devices": Device,
    "people": Person,
    "org_units": OrgUnit,
    "device_links": DeviceLink,
    "access": Access,
    "seats": Seat,
    "sessions": Session,
    "measures": Measure,
    "contracts": Contract,
    "entitlements": Entitlement,
    "allocations": AllocationRow,
    "prices": Price,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """The records of one table; what could not be used is in the log."""

    rows: int
    records: tuple[Record, ...] = ()


def read_table(binding: Binding, records: Iterable[RawRecord], log: FaultLog) -> TableRead:
    """Read the rows of any table but `software`, whose rows go the bulk way."""
    reader = _RowReader(binding, log)
    rows = 0
    found = []
    for raw in records:
        rows += 1
        record = reader.read(raw)
        if record is not None:
            found.append(record)
    return TableRead(rows=rows, records=tuple(found))


def report_headers(binding: Binding, line: int, log: FaultLog) -> None:
    """Note unknown and doubled headers, and headers that a map names in vain."""
    name = binding.spec.name
    if binding.unknown:
        proposed = propose_map(binding.spec, binding.unknown)
        missing = {column: header for column, header in proposed.items() if column not in binding.positions}
        log.problem(
            "unknown-column",
            f"no columns of {name}: {_listed(binding.unknown)}; kept in the stored copy, not used",
            line=line,
            remedy=show_map(missing) if missing else "remove them, or leave them as notes",
        )
    for header in binding.doubled[:_HEADERS_SHOWN]:
        log.problem(
            "duplicate-column",
            f"header {_shown(header)} stands for a column that is already there; the first one is used",
            line=line,
            remedy="keep one of the two columns",
        )
    for header in binding.unmapped:
        log.problem(
            "unmapped-column",
            f"the map names header {_shown(header)}, which the file does not have",
            line=line,
            remedy="correct the map of the source in trueup.toml",
        )


def usable(binding: Binding, header: tuple[str, ...], line: int, log: FaultLog) -> bool:
    """True when every bold column is there; else note what is missing, with a proposed map.

    A `software` table without device_id is a list of one device's packages: its place tells the device.
    """
    if not binding.missing or (binding.spec is SOFTWARE and binding.missing == ("device_id",)):
        return True
    proposed = propose_map(binding.spec, header)
    log.problem(
        "missing-column",
        f"not read as {binding.spec.name}: column {', '.join(binding.missing)} is missing",
        line=line,
        severity=Severity.ERROR,
        remedy=show_map(proposed) if proposed else f"add the column; {binding.spec.name} has {binding.spec.header}",
    )
    return False


class _RowReader:
    """Reads row after row of one table."""

    def __init__(self, binding: Binding, log: FaultLog) -> None:
        self._spec = binding.spec
        self._model = _MODELS[binding.spec.name]
        self._log = log
        positions = binding.positions
        self._cells = [(positions[column.name], column) for column in self._spec.columns if column.name in positions]
        self._seen: dict[object, int] = {}

    def read(self, raw: RawRecord) -> Record | None:
        """Return the record of a row, or None when it was rejected."""
        if raw.fault:
            self._log.reject(raw.line, raw.fault)
            return None
        values, reasons = self._values(raw)
        reasons = reasons or self._lacking(values)
        if not reasons and self._spec.name == "entitlements":
            reasons = _finish_entitlement(values)
        if not reasons and self._spec.key:
            first = self._seen.setdefault(values[self._spec.key], raw.line)
            if first != raw.line:
                reasons = [f"{self._spec.key} {values[self._spec.key]!r} is already in line {first}"]
        if reasons:
            self._log.reject(raw.line, "; ".join(reasons))
            return None
        origin = Origin(file=self._log.file, path=self._log.path, record=raw.record, sheet=self._log.sheet)
        return self._model(origin=origin, **values)

    def _values(self, raw: RawRecord) -> tuple[dict[str, Any], list[str]]:
        values: dict[str, Any] = {}
        reasons = []
        cells, width = raw.cells, len(raw.cells)
        for position, column in self._cells:
            text = cells[position].strip(SPACES) if position < width else ""
            if not text:
                continue
            try:
                values[column.name] = read_cell(column, text)
            except CellFaultError as fault:
                if column.required or column.strict:
                    reasons.append(f"{column.name}: {fault.reason} ({fault.remedy})")
                else:
                    values.update(self._unknown(column, text, fault, raw))
        return values, reasons

    def _unknown(self, column: Column, text: str, fault: CellFaultError, raw: RawRecord) -> dict[str, Value]:
        """Note a cell that cannot be read and return what stands for it."""
        self._log.problem(
            "unknown-word" if column.kind is Kind.WORD else "unreadable-cell",
            f"{column.name}: {fault.reason}; taken as unknown",
            line=raw.line,
            record=raw.record,
            remedy=fault.remedy,
            about=column.name,
        )
        if column.kind is Kind.CURRENCY:
            # kept as written: an amount in an unknown currency must not pass for one in the workspace's
            return {column.name: text.upper()}
        return {column.name: ""} if column.kind is Kind.WORD else {}

    def _lacking(self, values: Mapping[str, Value]) -> list[str]:
        blank = [f"{name} is blank" for name in self._spec.required if not _given(values.get(name))]
        if self._spec.any_of and not any(name in values for name in self._spec.any_of):
            blank.append(f"{' and '.join(self._spec.any_of)} are blank: one is needed")
        return blank


def _given(value: Value | None) -> bool:
    return value is not None and value != ""


def _finish_entitlement(values: dict[str, Any]) -> list[str]:
    """Fill in a blank transaction and check the sign of the quantity."""
    if "transaction" not in values:
        text = fold_word(f"{values.get('description', '')} {values.get('part_number', '')}")
        values["transaction"] = "subscription" if "subscription" in text.split("-") else "license"
    quantity: Decimal = values["quantity"]
    if quantity < 0 and values["transaction"] not in ("return", "transfer-out"):
        return [f"quantity {quantity} is below zero on a {values['transaction'] or 'line'} (write transaction return)"]
    return []


def _listed(headers: tuple[str, ...]) -> str:
    more = len(headers) - _HEADERS_SHOWN
    shown = ", ".join(map(_shown, headers[:_HEADERS_SHOWN]))
    return f"{shown} and {more} more" if more > 0 else shown


def _shown(header: str) -> str:
    return f"'{header[:60]}'"
