"""Bring a database to the schema that this Trueup knows; see `migrations/`."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from sam.errors import RegisterError
from sam.register.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0002"
"""The newest revision, named here so that an up-to-date register opens without loading Alembic."""
VERSION_TABLE = "register_revision"


def ensure_schema(database: Database) -> None:
    """Create or upgrade the schema, once, whoever comes first.

    Raises:
        RegisterError: the database was written by a newer Trueup, or is not a register.
    """
    with database.reading() as connection:
        if current_revision(connection) == HEAD:
            return
    with database.writing() as connection:
        # asked again: another run may have come first, and then there is nothing left to migrate
        _check(connection, current_revision(connection), database.place)
        migrate(connection)


def current_revision(connection: Connection) -> str | None:
    """Return the revision of the schema, None for a database without one."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    # the name is a constant of this module
    revision: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608
    return revision


def migrate(connection: Connection, revision: str = "head") -> None:
    """Upgrade the schema inside the connection's transaction."""
    from alembic import command

    command.upgrade(migration_config(connection), revision)


def migration_config(connection: Connection | None = None) -> "Config":
    """Return Alembic's configuration: the packaged scripts, no file."""
    from alembic.config import Config

    config = Config()
    # a percent sign in the path would be read as an interpolation
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def known_revisions() -> list[str]:
    """Return every revision this Trueup knows, oldest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(migration_config())
    return [script.revision for script in scripts.walk_revisions()][::-1]


def _check(connection: Connection, revision: str | None, place: str) -> None:
    if revision is None:
        strangers = inspect(connection).get_table_names()
        if strangers and connection.dialect.name == "sqlite":
            raise RegisterError(
                f"this database is not a register; it holds {', '.join(sorted(strangers)[:3])}",
                where=place,
                hint="name another file",
            )
    elif revision not in known_revisions():
        raise RegisterError(
            f"the register was written by a newer Trueup (schema {revision}, known up to {HEAD})",
            where=place,
            hint="upgrade trueup, or name another register",
        )
