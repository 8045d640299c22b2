"""Run the migrations on the connection handed over by `sam.register.schema`, inside its transaction."""

from alembic import context

from sam.register.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    # SQLite can undo DDL too, once the driver leaves BEGIN to us
    transactional_ddl=True,
    # SQLite cannot alter a column: Alembic copies the table instead. For a table that others refer to
    # (source_versions), foreign keys have to be off before the transaction begins: see `database.writing`
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
