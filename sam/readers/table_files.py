"""Files that hold tables: text and workbooks, each table known by file name, sheet name or headers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sam.model import Problem, Record, Reject, Severity
from sam.readers.columns import TableSpec, fold_header
from sam.readers.delimited import Layout, RawRecord, TextForm, examine, read_layout, read_records
from sam.readers.faults import REJECTS_SHOWN, FaultLog
from sam.readers.headers import Binding, bind, likely_table, show_map, table_of_headers, table_of_name
from sam.readers.software import store_records, store_text
from sam.readers.sources import Parsed, Request
from sam.readers.table_specs import SOFTWARE, TABLES
from sam.readers.tables import read_table, report_headers, usable
from sam.readers.workbook import Sheet, read_sheets, refuse_workbook

_FORMAT_PREFIX: Final = "table:"
_ENCODINGS: Final = {"cp1252": "windows-1252"}


def parse_text(request: Request) -> Parsed:
    """Read a CSV or other delimited file."""
    log = FaultLog(file=request.sha256, path=request.shown)
    form = examine(request.path)
    layout = read_layout(request.path, form)
    if layout is None:
        log.problem("empty-file", "the file holds no header", remedy="write a header line, or delete the file")
        return Parsed(format="unknown", problems=log.finish(0))
    if form.encoding in _ENCODINGS:
        log.problem(
            "encoding",
            f"the file is not UTF-8; read as {_ENCODINGS[form.encoding]}",
            remedy="save it as UTF-8, so that names are read as they are meant",
        )
    table = _Table(request=request, log=log, header=layout.header, line=layout.header_line)
    table.binding = _choose(request, layout.header, request.stem)
    gathered = _Gathered(request)
    gathered.add(
        table,
        lambda: read_records(request.path, form, layout),
        lambda binding: _store_text(request, form, layout, binding, log),
    )
    return gathered.parsed()


def parse_workbook(request: Request) -> Parsed:
    """Read the sheets of an XLSX workbook that are tables."""
    log = FaultLog(file=request.sha256, path=request.shown)
    reason = refuse_workbook(request.path)
    if reason:
        log.problem("workbook-refused", f"not read, because {reason}", severity=Severity.ERROR, remedy="save it as CSV")
        return Parsed(format="unknown", problems=log.finish(0))
    gathered = _Gathered(request)
    sheets = 0
    for sheet in read_sheets(request.path):
        sheets += 1
        if isinstance(sheet, Sheet):
            _add_sheet(gathered, sheet)
        else:
            name, reason = sheet
            log.sheet = name
            log.problem(
                "workbook-damaged", f"not read, because {reason}", severity=Severity.ERROR, remedy="save it as CSV"
            )
    if not sheets:
        log.problem("empty-file", "the workbook holds no header", remedy="write a header line, or delete the file")
    gathered.problems[:0] = log.finish(0)
    return gathered.parsed()


def _add_sheet(gathered: "_Gathered", sheet: Sheet) -> None:
    request = gathered.request
    log = FaultLog(file=request.sha256, path=request.shown, sheet=sheet.name)
    table = _Table(request=request, log=log, header=sheet.header, line=sheet.header_line)
    table.binding = _choose(request, sheet.header, sheet.name)
    gathered.add(
        table,
        sheet.records,
        lambda binding: store_records(
            sheet.records(), binding, log, request.store, placed=bool(request.default_device)
        ),
    )


@dataclass(slots=True, kw_only=True)
class _Table:
    """One header line and what it was taken for."""

    request: Request
    log: FaultLog
    header: tuple[str, ...]
    line: int
    binding: Binding | None = None


@dataclass(slots=True)
class _Gathered:
    """The tables of one file, put together."""

    request: Request
    names: list[str] = field(default_factory=list)
    rows: int = 0
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    rejected_count: int = 0
    has_software: bool = False

    def add(self, table: _Table, records: Callable[[], Iterator[RawRecord]], store: Callable[[Binding], int]) -> None:
        """Read one table; `records` are its rows, `store` puts them into the evidence store and counts them."""
        binding, log = table.binding, table.log
        if binding is None:
            _unknown_table(table)
            self.problems.extend(log.finish(0))
            return
        report_headers(binding, table.line, log)
        _report_name(table, binding)
        if binding.spec is SOFTWARE and self.has_software:
            rows = _refuse_all(records(), table.line, "the file holds a software table already: one is read", log)
        elif not usable(binding, table.header, table.line, log):
            rows = _refuse_all(records(), table.line, f"column {', '.join(binding.missing)} is missing", log)
        elif binding.spec is SOFTWARE:
            rows = self._software(table, binding, store)
        else:
            read = read_table(binding, records(), log)
            rows = read.rows
            self.records.extend(read.records)
        self.names.append(binding.spec.name)
        self.rows += rows
        self.problems.extend(log.finish(rows))
        self.rejects.extend(log.rejects)
        self.rejected_count += log.rejected_count

    def _software(self, table: _Table, binding: Binding, store: Callable[[Binding], int]) -> int:
        if "device_id" not in binding.positions and not self.request.default_device:
            table.log.problem(
                "unplaced",
                "no column device_id, and the place of the file tells no device: its rows are on no device",
                line=table.line,
                remedy="move it to inventory/devices/<device_id>/, or give the source a device",
            )
        self.has_software = True
        return store(binding)

    def parsed(self) -> Parsed:
        """Return all tables as one file."""
        return Parsed(
            format=_FORMAT_PREFIX + "+".join(dict.fromkeys(self.names)) if self.names else "unknown",
            rows=self.rows,
            records=tuple(self.records),
            problems=tuple(self.problems),
            rejects=tuple(self.rejects[:REJECTS_SHOWN]),
            rejected_count=self.rejected_count,
            has_software=self.has_software,
            placed_by_source=self.has_software,
        )


def _store_text(request: Request, form: TextForm, layout: Layout, binding: Binding, log: FaultLog) -> int:
    return store_text(request.path, form, layout, binding, log, request.store, placed=bool(request.default_device))


def _choose(request: Request, header: tuple[str, ...], name: str) -> Binding | None:
    """Decide which table a header line belongs to: as told, by name, by headers, by the workbook's own name."""
    told = TABLES.get(request.spec.format.removeprefix(_FORMAT_PREFIX))
    columns = request.column_map
    if told:
        return bind(told, header, columns)
    by_name = table_of_name(name)
    by_headers = table_of_headers(header, columns)
    if by_name and by_headers and by_name is not by_headers:
        exact = fold_header(name) == fold_header(by_name.name)
        return _better(bind(by_name, header, columns), bind(by_headers, header, columns), exact=exact)
    spec: TableSpec | None = by_name or by_headers or table_of_name(request.stem)
    if spec is None:
        return None
    binding = bind(spec, header, columns)
    # a note beside the tables of a workbook is no table because the file has a table's name
    return binding if by_name or binding.positions else None


def _better(named: Binding, headed: Binding, *, exact: bool) -> Binding:
    """Choose between the table of the name and the one of the headers.

    A name holds, unless its table lacks a bold column, or it only begins like a table's (`devices-software.csv`) and
    the other table knows every header.
    """
    if len(headed.positions) <= len(named.positions):
        return named
    return headed if named.missing or (not exact and not headed.unknown) else named


def _report_name(table: _Table, binding: Binding) -> None:
    named = table_of_name(table.log.sheet or table.request.stem)
    if named and named is not binding.spec and not table.request.spec.format:
        table.log.problem(
            "misnamed-table",
            f"named like {named.name}, read as {binding.spec.name} by its headers",
            line=table.line,
            remedy=f"name it {binding.spec.name}",
        )


def _refuse_all(records: Iterator[RawRecord], line: int, reason: str, log: FaultLog) -> int:
    rows = sum(1 for _ in records)
    if rows:
        log.reject(line, reason, count=rows)
    return rows


def _unknown_table(table: _Table) -> None:
    likely = likely_table(table.header)
    table.log.problem(
        "unknown-table",
        "not read, because neither its name nor its headers are those of a table",
        line=table.line,
        severity=Severity.WARNING if likely else Severity.INFO,
        remedy=f'as {likely[0].name}: format = "{likely[0].name}", {show_map(likely[1])}'
        if likely
        else "name it after a table, or give its source a format and a map; see docs/tables.md",
    )
