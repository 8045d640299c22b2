"""A workspace: the folder a run reads, and what its `trueup.toml` says about it.

Every setting has a default, so that any folder of tables is a workspace. A `trueup.toml` that cannot be used is told
with file, line and remedy; nothing is guessed from it.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sam.errors import ConfigError, UsageError
from sam.readers.sources import SourceSpec

SETTINGS: Final = "trueup.toml"
CURRENCY: Final = "EUR"
REGISTER: Final = ".trueup/register.sqlite"
MAX_BYTES: Final = 1_000_000
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2199, 12, 31)
"""Days for which a run can be computed: what lies some years before and after them is a day as well."""
LARGEST_RATE: Final = 1_000_000_000
INPUT_FOLDERS: Final = frozenset({"inventory", "entitlements", "contracts", "catalog", "terms"})
"""Folders of input by habit: reports written there would hide it."""

Rate = tuple[Decimal, date | None]
"""What one unit of a currency is worth in the workspace currency, and the day that was so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder and its settings, as a run uses them."""

    root: Path
    as_of: date | None = None
    """None: the day of the run, which the caller passes in."""
    currency: str = CURRENCY
    rates: Mapping[str, Rate] = field(default_factory=dict)
    register: str = REGISTER
    """An absolute path, or the URL of a database."""
    policy: Path | None = None
    out: Path
    sources: tuple[SourceSpec, ...] = ()
    """Empty: every table and known format under the folder."""
    source_lines: tuple[int, ...] = ()
    """The line of `trueup.toml` on which each source names its files."""


def _blank_is_none(value: object) -> object:
    return None if value == "" else value


def _plain_day(value: object) -> object:
    if isinstance(value, datetime):
        raise ValueError("a day without a time is expected, such as 2026-06-30")
    return _blank_is_none(value)


def _rate_table(value: object) -> object:
    return value if isinstance(value, dict) else {"rate": value}


def _path_text(text: str) -> str:
    if not text.isprintable():
        raise ValueError("the name holds a character that cannot be printed")
    return text


def _day_of_run(day: date | None) -> date | None:
    if day is not None and not EARLIEST <= day <= LATEST:
        raise ValueError(f"expected a day from {EARLIEST} to {LATEST}")
    return day


def _below(pattern: str) -> str:
    """Refuse a glob that leaves the workspace here, where its line is known."""
    parts = pattern.replace("\\", "/").split("/")
    if parts[0] == "" or parts[0].endswith(":") or ".." in parts:
        raise ValueError(f"{pattern!r} leaves the workspace")
    return pattern


Day = Annotated[date | None, BeforeValidator(_plain_day)]
RunDay = Annotated[Day, AfterValidator(_day_of_run)]
PathText = Annotated[str, Field(min_length=1), AfterValidator(_path_text)]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Rate(_Settings):
    rate: Annotated[Decimal, Field(gt=0, le=LARGEST_RATE)]
    date: Day = None


class _Source(_Settings):
    glob: Annotated[str, Field(min_length=1), AfterValidator(_below)]
    format: str = ""
    device: str = ""
    map: dict[str, str] = {}
    observed_on: Day = None


class _File(_Settings):
    as_of: RunDay = None
    currency: CurrencyCode = CURRENCY
    rates: dict[CurrencyCode, Annotated[_Rate, BeforeValidator(_rate_table)]] = {}
    register_: Annotated[PathText, Field(alias="register")] = REGISTER
    policy: Annotated[PathText | None, BeforeValidator(_blank_is_none)] = None
    out: PathText = "out"
    source: list[_Source] = []


def load_workspace(folder: Path) -> Workspace:
    """Read the settings of a folder; a folder without `trueup.toml` has the defaults.

    Raises:
        UsageError: `folder` is not a folder.
        ConfigError: `trueup.toml` cannot be read or used, or names a policy that is not there.
    """
    if not folder.is_dir():
        raise UsageError(
            "no such folder" if not folder.exists() else "a folder is expected, not a file",
            where=str(folder),
            hint=f"name the folder of your tables, or create one with `trueup init {folder.name or 'DIR'}`",
        )
    root = folder.resolve()
    path = root / SETTINGS
    if path.exists() and not path.is_file():
        raise ConfigError("a file is expected, not a folder", where=SETTINGS, hint="rename the folder")
    if not path.is_file():
        return _workspace(root, _File())
    return _workspace(root, _parse(path), path.read_text("utf-8-sig"))


def _workspace(root: Path, settings: _File, text: str = "") -> Workspace:
    return Workspace(
        root=root,
        as_of=settings.as_of,
        currency=settings.currency,
        rates={code: (each.rate, each.date) for code, each in sorted(settings.rates.items())},
        register=settings.register_ if "://" in settings.register_ else str(root / settings.register_),
        policy=_policy(root, settings.policy),
        out=_out(root, settings.out),
        sources=tuple(
            SourceSpec(
                glob=each.glob,
                format=each.format,
                device=each.device,
                map=tuple(sorted(each.map.items())),
                observed_on=each.observed_on,
            )
            for each in settings.source
        ),
        source_lines=tuple(_line(text, ("source", number, "glob")) for number in range(len(settings.source))),
    )


def _policy(root: Path, named: str | None) -> Path | None:
    path = root / (named or "policy.yaml")
    if path.is_file():
        return path
    if named is None and not path.exists():
        return None
    if named is None:
        raise ConfigError("a file is expected, not a folder", where="policy.yaml", hint="rename the folder")
    raise ConfigError(
        f"policy file not found: {named}",
        where=_place(root, "policy"),
        hint="correct the name, or remove the line to use the default policy",
    )


def _out(root: Path, named: str) -> Path:
    """Return the folder of the reports. It is never read, so it must not be one that holds what is to be read."""
    path = (root / named).resolve()
    if root.is_relative_to(path) or path in {root / name for name in INPUT_FOLDERS}:
        raise ConfigError(
            f"the reports cannot be written to {named}, which holds what is to be read",
            where=_place(root, "out"),
            hint="name a folder of their own",
        )
    return root / named


def _place(root: Path, key: str) -> str:
    return f"{SETTINGS}:{_line((root / SETTINGS).read_text('utf-8-sig'), (key,))}"


def _parse(path: Path) -> _File:
    if path.stat().st_size > MAX_BYTES:
        raise ConfigError("the file is larger than 1 MB", where=SETTINGS, hint="is it a settings file?")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ConfigError("not UTF-8 text", where=f"{SETTINGS}:{line}", hint="save the file as UTF-8") from error
    try:
        return _File.model_validate(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(str(error), text) from error
    except ValidationError as error:
        raise _settings_error(error, text) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            "a number is too long or a list is nested too deeply", where=SETTINGS, hint="is it a settings file?"
        ) from error


def _toml_error(message: str, text: str) -> ConfigError:
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = place[1] if place and place[1] else str(max(1, len(text.splitlines())))
    said = message[: place.start()] if place else message
    return ConfigError(
        f"not valid TOML: {said}",
        where=f"{SETTINGS}:{line}",
        hint="texts and dates-as-text stand in double quotes, tables in [brackets]",
    )


def _settings_error(error: ValidationError, text: str) -> ConfigError:
    """Tell the first fault by line; the others follow once it is corrected."""
    faults = [(_line(text, fault["loc"]), fault) for fault in error.errors()]
    line, fault = min(faults, key=lambda each: each[0])
    path = [part for part in fault["loc"] if part != "[key]"]
    key = ".".join(str(part) for part in path if isinstance(part, str))
    if fault["type"] == "extra_forbidden":
        message, hint = f"unknown key {key!r}", _known_keys(path)
    elif fault["type"] == "missing":
        message, hint = f"missing key {key!r}", "add it to the table that begins here"
    else:
        message, hint = f"{key}: {_reason(fault['msg'])}", _expected(key)
    return ConfigError(message, where=f"{SETTINGS}:{line}", hint=hint)


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should be", "expected").rstrip(".")


_EXPECTED: Final = {
    "as_of": "a date such as 2026-06-30, or blank for today",
    "currency": 'three capital letters in quotes, such as "EUR"',
    "rates": 'write `USD = {rate = "0.92", date = 2026-06-30}`',
    "source": "one [[source]] table for each source; see docs/workspace.md",
    "observed_on": "a date such as 2026-06-30",
    "glob": "files below the workspace, such as exports/*.csv; copy or mount others there",
}


def _expected(key: str) -> str:
    names = key.split(".")
    return _EXPECTED.get(names[-1]) or _EXPECTED.get(names[0]) or "a text in double quotes is expected"


def _known_keys(path: list[str | int]) -> str:
    inner: dict[str, type[_Settings]] = {"source": _Source, "rates": _Rate}
    model = inner.get(str(path[0]), _File) if len(path) > 1 else _File
    known = [info.alias or name for name, info in model.model_fields.items()]
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(known)}"


_HEADER: Final = re.compile(r"^\s*(\[{1,2})\s*([^\]]+?)\s*\]{1,2}")
_KEY: Final = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


def _line(text: str, path: tuple[str | int, ...]) -> int:
    """Return the line on which a key stands, else that of the nearest thing above it."""
    wanted = tuple(part for part in path if part != "[key]")
    best, found = 0, 1
    table: tuple[str | int, ...] = ()
    arrays: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                arrays[header[2]] = arrays.get(header[2], -1) + 1
                table = (*table, arrays[header[2]])
            here = table
        elif key := _KEY.match(line):
            here = (*table, *_names(key[1]))
        else:
            continue
        if len(here) > best and wanted[: len(here)] == here:
            best, found = len(here), number
    return found


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
