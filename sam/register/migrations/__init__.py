"""Alembic migrations of the register, run from the installed package."""
