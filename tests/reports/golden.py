"""Golden files: `python -m tests.reports.golden` writes them anew from the fixture, for review in the diff."""

import json
from pathlib import Path

import reports
from tests.reports.fixture import RUN

FOLDER = Path(__file__).parent / "golden"
FORMATS = ("json", "csv", "csv-remedy", "csv-findings")


def path(format: str) -> Path:  # noqa: A002
    return FOLDER / reports.FORMATS[format]


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in FORMATS:
        path(name).write_bytes(reports.render(RUN, name))
    text = json.dumps(reports.schema(), ensure_ascii=False, indent=2)
    (FOLDER / "schema.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
