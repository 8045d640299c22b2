"""Maps for headers nobody knows: proposed from the files, and kept in `trueup.toml` when the user says so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam.engine.workspace import SETTINGS, Workspace
from sam.errors import ConfigError
from sam.readers.delimited import examine, looks_like_text, read_layout
from sam.readers.folders import Found, discover
from sam.readers.headers import bind, likely_table, propose_map, show_map, table_of_headers, table_of_name
from sam.readers.workbook import Sheet, is_workbook, read_sheets, refuse_workbook

_HEAD: Final = 4096
_EVERYTHING_ELSE: Final = '\n# every other file, as before\n[[source]]\nglob = "**"\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedMap:
    """What the unknown headers of one file may mean."""

    file: str
    """Path below the workspace, with slashes."""
    table: str
    columns: Mapping[str, str]
    """Column → header in the file."""

    def __str__(self) -> str:
        return f'format = "{self.table}", {show_map(self.columns)}'


def propose_maps(workspace: Workspace, paths: Sequence[Path]) -> tuple[ProposedMap, ...]:
    """Propose a map for each file that has unknown headers and no map yet."""
    wanted = {path.resolve() for path in paths}
    found = discover(workspace.root, workspace.sources, skip=(workspace.out,))
    files = [item for item in found if item.path.resolve() in wanted and not item.refused and not item.spec.map]
    return tuple(proposed for item in files for proposed in _propose(item))


def save_maps(workspace: Workspace, maps: Sequence[ProposedMap]) -> None:
    """Add a source with its map to `trueup.toml` for each file; what stands there is kept.

    Raises:
        ConfigError: `trueup.toml` cannot be written, or a source there names the file already.
    """
    for proposed in maps:
        if any(source.glob == proposed.file for source in workspace.sources):
            raise ConfigError(
                f"a source for {proposed.file} is there already", where=SETTINGS, hint=f"add to it: {proposed}"
            )
    path = workspace.root / SETTINGS
    blocks = [f'\n[[source]]\nglob = "{_quoted(m.file)}"\nformat = "{m.table}"\n{show_map(m.columns)}\n' for m in maps]
    try:
        text = path.read_text("utf-8") if path.is_file() else ""
        # the first source that names a file holds: new ones go before those that are there
        cut = text.index("[[source]]") if workspace.sources else len(text)
        end = "" if workspace.sources else _EVERYTHING_ELSE
        path.write_text(
            text[:cut] + "".join(blocks).lstrip() + end + ("\n" + text[cut:] if text[cut:] else ""), "utf-8"
        )
    except OSError as error:
        raise ConfigError(
            f"cannot be written: {error.strerror or error}", where=SETTINGS, hint="check its permissions"
        ) from error


def _propose(item: Found) -> Iterator[ProposedMap]:
    for name, header in _headers(item.path):
        spec = table_of_name(name) or table_of_headers(header)
        if spec is None:
            likely = likely_table(header)
            spec, columns = likely or (None, {})
        else:
            bound = bind(spec, header)
            guessed = propose_map(spec, bound.unknown).items()
            columns = {column: text for column, text in guessed if column not in bound.positions}
        if spec and columns:
            yield ProposedMap(file=item.rel, table=spec.name, columns=columns)
            return


def _headers(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the name and header of each table in a file, as far as it can be read."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if is_workbook(head):
        sheets = read_sheets(path) if not refuse_workbook(path) else ()
        yield from ((sheet.name, sheet.header) for sheet in sheets if isinstance(sheet, Sheet))
    elif looks_like_text(head):
        layout = read_layout(path, examine(path))
        if layout:
            yield path.stem, layout.header


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
