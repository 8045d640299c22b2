"""Which device records of the run's sources are one device."""

from collections.abc import Mapping, Sequence

from sam.engine.estate import links_of
from sam.engine.sidecar import Sidecar
from sam.inventory.identity import Merged, SourceDevice, merge_devices
from sam.model import Device, Record
from sam.register import SourceVersion

TABLE = "table:"


def is_table(version: SourceVersion) -> bool:
    """True for the organisation's own tables: their ids and values win."""
    return version.format.startswith(TABLE)


def merged_devices(
    versions: Sequence[SourceVersion], records: Sequence[Record], sidecars: Mapping[str, Sidecar]
) -> Merged:
    """Merge the device records of the versions that speak for the day."""
    by_path = {v.path: v for v in versions}
    sources = []
    for record in records:
        if isinstance(record, Device) and record.origin.path in by_path:
            version = by_path[record.origin.path]
            sources.append(
                SourceDevice(
                    source=version.path,
                    source_format=version.format,
                    table=is_table(version),
                    device=record,
                    partial=sidecars.get(version.sha256, Sidecar()).partial,
                )
            )
    guests = [g for v in versions for g in sidecars.get(v.sha256, Sidecar()).guests]
    return merge_devices(sources, links_of(records), guests)
