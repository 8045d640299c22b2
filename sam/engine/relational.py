"""Run the relational stages: one SQL file a stage, over evidence in Parquet, by DuckDB in process.

A stage is a query whose header names its inputs and outputs; its result is kept as a table of the stage's name.
The queries keep to a portable subset that a test enforces; what is DuckDB's own (reading Parquet, loading small tables,
settings) stands in this module.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Column = tuple[str, Sequence[object]]
"""SQL type and values."""
STAGES = (
    "coded", "installed", "settled", "items", "parts", "bundles", "classes", "buckets", "source_rows", "usage",
    "unknown_titles",
)  # fmt: skip
MEMORY_LIMIT = "600MB"


def stage_sql(stage: str) -> str:
    """Return the query of a stage."""
    return resources.files("sam.engine").joinpath("sql", f"{stage}.sql").read_text(encoding="utf-8")


class Relations:
    """An embedded database that lives as long as a run; a context manager."""

    def __init__(self, *folders: Path) -> None:
        """Open it.

        Args:
            folders: The only folders whose files may be read.
        """
        import duckdb

        self._scratch = Path(tempfile.mkdtemp(prefix="trueup-"))
        self._db: DuckDBPyConnection = duckdb.connect(str(self._scratch / "run.duckdb"), config={"threads": 2})
        allowed = ", ".join(_quoted(f"{folder.resolve()}{os.sep}") for folder in (self._scratch, *folders))
        for setting in (
            f"temp_directory = {_quoted(str(self._scratch / 'spill'))}",
            f"memory_limit = '{MEMORY_LIMIT}'",
            "preserve_insertion_order = false",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "allow_community_extensions = false",
            "enable_progress_bar = false",
            f"allowed_directories = [{allowed}]",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            self._db.execute(f"SET {setting}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def load(self, name: str, columns: Mapping[str, Column]) -> None:
        """Make a table from columns of equal length."""
        parts = [f"UNNEST(${n}::{kind}[]) AS {column}" for n, (column, (kind, _)) in enumerate(columns.items(), 1)]
        values = [list(rows) for _, rows in columns.values()]
        self._db.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT {', '.join(parts)}", values)

    def load_evidence(self, files: Iterable[tuple[int, Path, Path, str]], spoken: Sequence[tuple[Any, ...]]) -> None:
        """Make `evidence` and `raw_titles` from Parquet files and from rows that stand in other tables.

        Args:
            files: Source number, path of the rows, path of the titles, device of rows that name none.
            spoken: (source, record, device, name, kind) of titles told in a cell, such as a device's operating system.
        """
        listed = list(files)
        self.load(
            "files",
            {
                "source": ("INTEGER", [f[0] for f in listed]),
                "path": ("VARCHAR", [str(f[1]) for f in listed]),
                "titles_path": ("VARCHAR", [str(f[2]) for f in listed]),
                "default_device": ("VARCHAR", [f[3] for f in listed]),
            },
        )
        self._load_spoken(spoken)
        rows = "SELECT source, record, device, '' AS user_id, title, CAST(NULL AS DATE) AS last_used FROM spoken_rows"
        titles = (
            "SELECT source, title, name, '' AS publisher, '' AS version, '' AS edition, kind, '' AS code"
            " FROM spoken_titles"
        )
        if listed:
            rows += (
                " UNION ALL SELECT f.source, e.record, CASE WHEN e.device = '' THEN f.default_device ELSE e.device END,"
                " e.user_id, e.title, e.last_used FROM read_parquet($1, filename = true) AS e"
                " INNER JOIN files AS f ON f.path = e.filename"
            )
            titles += (
                " UNION ALL SELECT f.source, t.title, t.name, t.publisher, t.version, t.edition, t.kind, t.code"
                " FROM read_parquet($1, filename = true) AS t INNER JOIN files AS f ON f.titles_path = t.filename"
            )
        self._db.execute(f"CREATE OR REPLACE TABLE evidence AS {rows}", [[str(f[1]) for f in listed]] if listed else [])
        self._db.execute(
            f"CREATE OR REPLACE TABLE raw_titles AS {titles}", [[str(f[2]) for f in listed]] if listed else []
        )

    def _load_spoken(self, spoken: Sequence[tuple[Any, ...]]) -> None:
        self.load(
            "spoken_rows",
            {
                "source": ("INTEGER", [s[0] for s in spoken]),
                "record": ("INTEGER", [s[1] for s in spoken]),
                "device": ("VARCHAR", [s[2] for s in spoken]),
                "title": ("INTEGER", [-n for n in range(1, len(spoken) + 1)]),
            },
        )
        self.load(
            "spoken_titles",
            {
                "source": ("INTEGER", [s[0] for s in spoken]),
                "title": ("INTEGER", [-n for n in range(1, len(spoken) + 1)]),
                "name": ("VARCHAR", [s[3] for s in spoken]),
                "kind": ("VARCHAR", [s[4] for s in spoken]),
            },
        )

    def run(self, stage: str) -> None:
        """Run a stage and keep its result."""
        self._db.execute(f"CREATE OR REPLACE TABLE {stage} AS {stage_sql(stage)}")

    def make(self, name: str, query: str, values: Sequence[object] = ()) -> None:
        """Keep the result of a query as a table."""
        self._db.execute(f"CREATE OR REPLACE TABLE {name} AS {query}", list(values))

    def fetch(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._db.execute(query, list(values)).fetchall()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
