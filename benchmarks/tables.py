"""The small tables of a run as Parquet: what the engine's SQL and the pandas script both start from."""

from pathlib import Path
from typing import Any, Final

from sam.engine.relational import Relations

SMALL: Final = (
    "files", "spoken_rows", "spoken_titles", "titles", "recognised", "device_map", "users", "devices", "limited",
    "pevs", "families", "suite_pairs", "seats", "host_profiles", "user_profiles", "mixed_devices", "mixed_users",
)  # fmt: skip
"""Everything the stages read besides the evidence; `titles` says which number each source's title has in the run."""


def export_tables(relations: Relations, folder: Path) -> None:
    """Write the small tables of a solved run."""
    import pandas as pd  # type: ignore[import-untyped]  # the package brings no types

    folder.mkdir(parents=True)
    for name in SMALL:
        columns = relations.fetch(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1"
            " ORDER BY ordinal_position",
            [name],
        )
        rows = relations.fetch(f"SELECT * FROM {name}")  # noqa: S608 - names of this module
        frame = pd.DataFrame(rows, columns=[c for c, _ in columns])
        frame.astype({c: _dtype(kind) for c, kind in columns}).to_parquet(folder / f"{name}.parquet")


def _dtype(kind: str) -> Any:  # noqa: ANN401 - a numpy dtype or pandas' word for one
    return {"INTEGER": "int32", "BIGINT": "int64"}.get(kind, "str")


def load_tables(relations: Relations, folder: Path) -> None:
    """Load the exported tables into an embedded database that is used without a run, which may read the folder."""
    for name in SMALL:
        relations.make(name, "SELECT * FROM read_parquet($1)", [str(folder.resolve() / f"{name}.parquet")])
