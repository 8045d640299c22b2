"""Presenters: a Run to bytes."""
