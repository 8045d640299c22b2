"""The schema: made and upgraded without losing a row, and refused where it is not ours."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Boolean, Date, MetaData, Table, select
from sqlmodel import SQLModel

from sam.errors import RegisterError
from sam.register import open_register
from sam.register.database import Database
from sam.register.schema import HEAD, VERSION_TABLE, current_revision, known_revisions, migrate
from tests.register.make import MORNING, device_ids, dump, put_device

REVISIONS = known_revisions()
Rows = dict[str, list[dict[str, Any]]]


def _example(table: Table, number: int) -> dict[str, Any]:
    """A row of any table, by the types its columns have in the database."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, BigInteger):
            row[column.name] = number
        elif isinstance(column.type, Boolean):
            row[column.name] = bool(number % 2)
        elif isinstance(column.type, Date):
            row[column.name] = MORNING.date()
        else:
            row[column.name] = f"{column.name} {number}"
    return row


def _tables(database: Database) -> dict[str, Table]:
    found = MetaData()
    with database.reading() as connection:
        found.reflect(connection)
    return {name: table for name, table in found.tables.items() if name != VERSION_TABLE}


def _content(database: Database, tables: dict[str, Table]) -> Rows:
    with database.reading() as connection:
        return {name: [dict(row._mapping) for row in connection.execute(select(t))] for name, t in tables.items()}


@pytest.mark.parametrize("revision", REVISIONS)
def test_data_of_every_revision_survives_the_upgrade(tmp_path: Path, revision: str) -> None:
    file = tmp_path / "register.sqlite"
    database = Database(file, wait_seconds=1)
    with database.writing() as connection:
        migrate(connection, revision)
    tables = _tables(database)
    with database.writing() as connection:
        for name in sorted(tables, key=lambda name: name != "source_versions"):
            connection.execute(tables[name].insert(), [_example(tables[name], number) for number in (1, 2)])
    before = _content(database, tables)
    assert all(len(rows) == 2 for rows in before.values())
    open_register(file).close()
    with database.reading() as connection:
        assert current_revision(connection) == HEAD
    assert _content(database, tables) == before
    database.close()


def test_migrations_make_exactly_the_tables_of_the_models(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    open_register(file).close()
    database = Database(file, wait_seconds=1)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "version_table": VERSION_TABLE})
        assert compare_metadata(context, SQLModel.metadata) == []
    database.close()


def test_the_head_named_in_the_code_is_the_newest_migration() -> None:
    assert REVISIONS[-1] == HEAD


def test_migrations_need_no_configuration_file_and_no_certain_folder(tmp_path: Path) -> None:
    program = "from sam.register import open_register; open_register('fresh.sqlite').close()"
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(root)}, check=True)
    with closing(sqlite3.connect(tmp_path / "fresh.sqlite")) as connection:
        assert connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() == [(HEAD,)]


def test_opening_again_changes_nothing(file: Path) -> None:
    with open_register(file) as register:
        put_device(register, "D1", at=MORNING)
    before = file.read_bytes()
    with open_register(f"sqlite:///{file}", create=False) as register:
        assert device_ids(register, MORNING.date()) == ["D1"]
    assert file.read_bytes() == before


def _upgrade_into_a_taken_name(database: Database) -> None:
    """Fail in the second revision, after a change that has to be undone with it."""
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE runs (id INTEGER)")
        migrate(connection)


def test_a_failed_upgrade_leaves_no_half_made_schema(tmp_path: Path) -> None:
    file = tmp_path / "register.sqlite"
    database = Database(file, wait_seconds=1)
    with database.writing() as connection:
        migrate(connection, REVISIONS[0])
    before = dump(file)
    with pytest.raises(RegisterError, match="already exists"):
        _upgrade_into_a_taken_name(database)
    assert dump(file) == before
    database.close()


def test_a_register_of_a_newer_trueup_is_refused_with_the_remedy(file: Path) -> None:
    open_register(file).close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    before = file.read_bytes()
    with pytest.raises(RegisterError, match=r"newer Trueup \(schema 9999.*\(upgrade trueup") as caught:
        open_register(file)
    assert caught.value.where == str(file)
    assert file.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    before = file.read_bytes()
    with pytest.raises(RegisterError, match="not a register; it holds songs"):
        open_register(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is no database, it is a letter" * 9, b"PK\x03\x04" + bytes(4096)])
def test_a_file_that_is_no_database_is_refused_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "register.sqlite"
    file.write_bytes(content)
    with pytest.raises(RegisterError, match=r"is not a register \(name another file"):
        open_register(file)
    assert file.read_bytes() == content


def test_a_damaged_register_is_told_as_damaged(file: Path) -> None:
    with open_register(file) as register:
        for number in range(300):
            put_device(register, f"D{number}", at=MORNING, path=f"{number}.csv")
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(RegisterError, match=r"damaged.*restore a backup"), open_register(file) as register:
        register.records(register.select(MORNING.date()))


def test_an_absent_register_is_not_made_unless_asked(file: Path) -> None:
    with pytest.raises(RegisterError, match="there is no register"):
        open_register(file, create=False)
    assert not file.parent.exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(RegisterError, match="folder of the register cannot be made"):
        open_register(tmp_path / "taken" / "register.sqlite")
    with pytest.raises(RegisterError, match="cannot be opened"):
        open_register(tmp_path)


@pytest.mark.parametrize("url", ["mysql://u:secret@h/db", "sqlite://", "sqlite:///:memory:", "nonsense://", "://"])
def test_a_place_that_cannot_hold_a_register_is_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(RegisterError, match="no place for a register") as caught:
        open_register(url)
    assert "secret" not in str(caught.value)


def test_a_missing_driver_is_named() -> None:
    with pytest.raises(RegisterError, match="pip install pg8000"):
        open_register("postgresql+pg8000://user@localhost/db")
