"""`trueup.toml` is read exactly, and a fault in it is told with file, line and remedy."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sam.engine.workspace import load_workspace
from sam.errors import ConfigError, UsageError


def write(folder: Path, text: str) -> Path:
    (folder / "trueup.toml").write_text(text, "utf-8")
    return folder


def test_a_folder_without_settings_is_a_workspace(tmp_path: Path) -> None:
    loaded = load_workspace(tmp_path)
    assert (loaded.root, loaded.as_of, loaded.policy, loaded.sources) == (tmp_path.resolve(), None, None, ())
    assert loaded.out == tmp_path.resolve() / "out"
    assert loaded.register == str(tmp_path.resolve() / ".trueup/register.sqlite")


def test_every_setting_arrives(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("")
    text = """
as_of = 2026-06-30
currency = "CHF"
register = "postgresql://db/trueup"
policy = "rules.yaml"
out = "build/reports/"

[rates]
USD = {rate = "0.92", date = 2026-06-29}
EUR = 0.95
GBP = "1.15"

[[source]]
glob = "agents/*.xml"
format = "fusioninventory"
observed_on = "2026-06-01"

[[source]]
glob = "sboms/web-1.json"
device = "WEB-1"
map = {name = "Produkt", device_id = "Gerät"}
"""
    loaded = load_workspace(write(tmp_path, text))
    root = tmp_path.resolve()
    assert (loaded.as_of, loaded.currency, loaded.register) == (date(2026, 6, 30), "CHF", "postgresql://db/trueup")
    assert (loaded.policy, loaded.out) == (root / "rules.yaml", root / "build/reports")
    assert loaded.rates == {
        "EUR": (Decimal("0.95"), None),
        "GBP": (Decimal("1.15"), None),
        "USD": (Decimal("0.92"), date(2026, 6, 29)),
    }
    first, second = loaded.sources
    assert (first.glob, first.format, first.observed_on) == ("agents/*.xml", "fusioninventory", date(2026, 6, 1))
    assert (second.device, second.map) == ("WEB-1", (("device_id", "Gerät"), ("name", "Produkt")))


def test_a_policy_beside_the_settings_is_found(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("")
    assert load_workspace(write(tmp_path, 'as_of = ""\n')).policy == tmp_path.resolve() / "policy.yaml"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('currency = "EUR"\nasof = 2026-06-30\n', 2, "unknown key 'asof' (did you mean 'as_of'?)"),
        ("colour = 1\n", 1, "unknown key 'colour' (known keys: as_of, currency, rates, register, policy, out, source)"),
        ("\nas_of = 2026-02-30\n", 2, "not valid TOML"),
        ('as_of = "30.06.2026"\n', 1, "as_of: "),
        ("as_of = 2026-06-30T10:00:00\n", 1, "a day without a time is expected"),
        ("currency = 978\n", 1, "currency: expected a valid string (three capital letters"),
        ('currency = "Euro"\n', 1, "three capital letters in quotes"),
        ("# rates\n[rates]\nEUR = 1\nUSD = 0\n", 4, "rates.USD.rate: expected greater than 0"),
        ('[rates]\nUSD = {rate = "1", day = 2026-01-01}\n', 2, "unknown key 'rates.USD.day'"),
        (
            '[[source]]\nglob = "a"\n[[source]]\nglob = "b"\nformt = "glpi"\n',
            5,
            "unknown key 'source.formt' (did you mean 'format'?)",
        ),
        ('[[source]]\nglob = "a"\n\n[[source]]\nformat = "glpi"\n', 4, "missing key 'source.glob'"),
        ('out = "x"\npolicy = "no.yaml"\n', 2, "policy file not found: no.yaml"),
        ('currency = "EUR\nout = "x"\n', 1, "not valid TOML"),
        ("out = \n", 1, "not valid TOML"),
        ("[rates\n", 1, "not valid TOML"),
        ("currency = ", 1, "not valid TOML"),
        ('out = "a"\nout = "b"\n', 2, "not valid TOML"),
        ("as_of = 0001-01-01\n", 1, "expected a day from 1900-01-01"),
        ('[rates]\nUSD = "1e400"\n', 2, "rates.USD.rate: expected less than or equal to"),
        ('[[source]]\nglob = "../*"\n', 2, "leaves the workspace"),
        ('\nout = "inventory"\n', 2, "which holds what is to be read"),
        ('out = ".."\n', 1, "which holds what is to be read"),
        ('register = "a\\u0000b"\n', 1, "cannot be printed"),
    ],
)
def test_a_fault_is_told_with_file_line_and_remedy(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_workspace(write(tmp_path, text))
    assert caught.value.where == f"trueup.toml:{line}"
    assert said in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["as_of = " + "[" * 20_000, "[rates]\nUSD = " + "9" * 5_000])
def test_settings_that_would_stop_the_parser_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="too long or a list is nested too deeply"):
        load_workspace(write(tmp_path, text))


@pytest.mark.parametrize("name", ["trueup.toml", "policy.yaml"])
def test_a_folder_by_the_name_of_a_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(ConfigError, match="a file is expected"):
        load_workspace(tmp_path)


def test_settings_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "trueup.toml").write_bytes(b'currency = "EUR"\n# \xe4\n')
    with pytest.raises(ConfigError, match=r"trueup\.toml:2: not UTF-8 text"):
        load_workspace(tmp_path)


def test_settings_of_a_windows_editor_are_read(tmp_path: Path) -> None:
    (tmp_path / "trueup.toml").write_bytes(b'\xef\xbb\xbfcurrency = "USD"\r\n')
    assert load_workspace(tmp_path).currency == "USD"


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        load_workspace(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="a folder is expected"):
        load_workspace(tmp_path / "file")
