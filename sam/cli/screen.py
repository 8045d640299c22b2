"""What a command shows: tables and progress on a terminal, plain text in a pipe.

Results go to standard output, everything else to standard error. Control characters in data never reach a terminal.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Final

Cell = str | int | Decimal | None

_NARROWEST: Final = 20
"""Characters to which a column may be narrowed."""
_GAP: Final = 3
"""Characters between two columns."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """Replace what would steer a terminal, turn the direction of its text, or is no character at all."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def say(text: str = "") -> None:
    """Write a line of the result."""
    print(clean(text))


def note(text: str) -> None:
    """Write a line about the work to standard error."""
    print(clean(text), file=sys.stderr)


def heading(text: str) -> None:
    """Write a heading of the result, bold on a terminal."""
    if not sys.stdout.isatty():
        say(text)
        return
    from rich.console import Console
    from rich.text import Text

    Console().print(Text(clean(text), style="bold"), soft_wrap=True)


def money(amount: Decimal | None, currency: str) -> str:
    """Show an amount with its currency; an unknown one by that word."""
    return "price unknown" if amount is None else f"{amount:,.2f} {currency}"


def percent(share: Decimal) -> str:
    """Show a share 0..1; a share that is not quite nothing or everything never looks as if it were."""
    if 0 < share < Decimal("0.001"):
        return "under 0.1 %"
    if Decimal("0.999") < share < 1:
        return "over 99.9 %"
    return f"{share * 100:.1f} %"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Show a count with its noun: `1 device`, `1,200 devices`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Write a table: ruled on a terminal, aligned columns in a pipe. Numbers stand right."""
    texts = [[_text(cell) for cell in row] for row in rows]
    right = [bool(rows) and all(isinstance(row[n], int | Decimal | None) for row in rows) for n in range(len(columns))]
    if sys.stdout.isatty():
        _ruled(columns, texts, right)
        return
    widths = [max(len(line[n]) for line in [list(columns), *texts]) for n in range(len(columns))]
    for line in [list(columns), *texts]:
        cells = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True))
        print("  ".join(cells).rstrip())


def _text(cell: Cell) -> str:
    text = "" if cell is None else f"{cell:,}" if isinstance(cell, int | Decimal) else cell
    return clean(text).replace("\n", " ").replace("\t", " ")


def _ruled(columns: Sequence[str], texts: Sequence[Sequence[str]], right: Sequence[bool]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    shown = _columns_that_fit(columns, texts, console.width)
    ruled = Table(box=SIMPLE_HEAD)
    for number, (column, is_number) in enumerate(zip(columns[:shown], right, strict=False)):
        # the first column holds what is typed or pasted into the next command: never broken over lines
        ruled.add_column(column, justify="right" if is_number else "left", overflow="fold", no_wrap=number == 0)
    for line in texts:
        ruled.add_row(*(Text(cell) for cell in line[:shown]))
    console.print(ruled)
    if shown < len(columns):
        note(f"Too wide for this terminal: {', '.join(columns[shown:])}. A pipe shows every column.")


def _columns_that_fit(columns: Sequence[str], texts: Sequence[Sequence[str]], width: int) -> int:
    """Return how many columns, from the left, can be read on a terminal; long texts may be broken over lines."""
    from rich.cells import cell_len

    room = width - _GAP
    for number, column in enumerate(columns):
        widest = max((cell_len(line[number]) for line in texts), default=0)
        room -= max(min(widest, _NARROWEST if number else widest), cell_len(column)) + _GAP
        if room < 0:
            return max(number, 1)
    return len(columns)


@contextmanager
def progress(first: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done on standard error while it is being done; a pipe sees nothing of it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(first)) as status:
        yield lambda step: status.update(Text(clean(step)))
