"""Tables of software into the evidence store: in bulk where the file is even, else record by record."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sam.readers.delimited import Layout, RawRecord, TextForm, read_records
from sam.readers.faults import FaultLog
from sam.readers.headers import Binding
from sam.register.evidence import ROW_FIELDS, BulkRead, BulkReject, CsvLayout, EvidenceStore

_MOST_COLUMNS: Final = 1000
"""Columns of the widest file that is read in bulk."""
_COLUMNS: Final = ("record", "line", *ROW_FIELDS)
_FIELDS: Final = {name: n for n, name in enumerate(_COLUMNS) if name in ROW_FIELDS}


def store_text(
    path: Path, form: TextForm, layout: Layout, binding: Binding, log: FaultLog, store: EvidenceStore, *, placed: bool
) -> int:
    """Store a delimited file as evidence and return how many rows it has; `placed` says that a blank device is known.

    An even UTF-8 file, which most are, never meets Python. In every other the records are split here first, so that
    each fault has its line.
    """
    read = _in_bulk(path, form, layout, binding, log, store, placed=placed)
    if read is None:
        return store_records(read_records(path, form, layout), binding, log, store, placed=placed)
    _report(_with_lines(read, path, form, layout), log)
    return read.rows


def store_records(
    records: Iterable[RawRecord], binding: Binding, log: FaultLog, store: EvidenceStore, *, placed: bool
) -> int:
    """Store records one by one, by way of an even file, and return how many rows there were."""
    positions = [binding.positions.get(name, -1) for name in ROW_FIELDS]
    faults = 0

    def usable() -> Iterator[tuple[object, ...]]:
        nonlocal faults
        for raw in records:
            if raw.fault:
                faults += 1
                log.reject(raw.line, raw.fault)
            else:
                cells, width = raw.cells, len(raw.cells)
                yield (raw.record, raw.line, *(cells[n] if 0 <= n < width else "" for n in positions))

    with store.scratch() as folder:
        path = folder / "even.csv"
        with path.open("w", encoding="utf-8", errors="replace", newline="") as out:
            writer = csv.writer(out)  # its line end, CR LF, makes it quote both
            writer.writerow(_COLUMNS)
            writer.writerows(usable())
        read = store.write_csv(
            log.file,
            CsvLayout(
                path=path, delimiter=",", width=len(_COLUMNS), fields=_FIELDS, record=0, line=1,
                device_required=_device_required(binding, placed=placed),
            ),
        )  # fmt: skip
    assert read is not None, "what the csv module wrote is even"
    _report(read, log)
    return read.rows + faults


def _in_bulk(
    path: Path, form: TextForm, layout: Layout, binding: Binding, log: FaultLog, store: EvidenceStore, *, placed: bool
) -> BulkRead | None:
    if not form.plain or layout.lines_before_records != 1 or len(layout.header) > _MOST_COLUMNS:
        return None
    return store.write_csv(
        log.file,
        CsvLayout(
            path=path,
            delimiter=layout.delimiter,
            width=len(layout.header),
            fields=binding.positions,
            lines=form.lines,
            quoted=form.quotes > 0,
            device_required=_device_required(binding, placed=placed),
        ),
    )


def _device_required(binding: Binding, *, placed: bool) -> bool:
    """A file without the column has no device identity as a whole; with it, every row needs one."""
    return not placed and "device_id" in binding.positions


def _with_lines(read: BulkRead, path: Path, form: TextForm, layout: Layout) -> BulkRead:
    """Add the physical lines of rejected records, which the bulk way does not know."""
    if not read.rejects:
        return read
    wanted = {reject.record for reject in read.rejects}
    if form.quotes:
        lines = {}
        for raw in read_records(path, form, layout):
            if raw.record in wanted:
                lines[raw.record] = raw.line
                if len(lines) == len(wanted):
                    break
    else:
        lines = {record: record + 1 for record in wanted}
    rejects = tuple(
        BulkReject(record=r.record, line=lines.get(r.record, r.record + 1), reason=r.reason) for r in read.rejects
    )
    return BulkRead(rows=read.rows, accepted=read.accepted, rejected_count=read.rejected_count, rejects=rejects)


def _report(read: BulkRead, log: FaultLog) -> None:
    for reject in read.rejects:
        log.reject(reject.line, reject.reason)
    log.rejected_count += read.rejected_count - len(read.rejects)
    log.rejects.sort(key=lambda reject: reject.line)
