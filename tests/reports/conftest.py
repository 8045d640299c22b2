"""Marks and fixtures of the presenters' tests."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "external: needs a program from outside, such as Chromium")
