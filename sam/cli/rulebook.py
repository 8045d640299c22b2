"""`rules` and `rule`: what is looked for, and what each rule means."""

import inspect
from typing import Annotated

import typer

from sam.cli.screen import heading, say, table
from sam.errors import UsageError


def rules() -> None:
    """List the rules with family and severity."""
    from sam.rules import RULES

    rows = [(each.code, each.family, str(each.severity), each.title) for _, each in sorted(RULES.items())]
    table(("code", "family", "severity", "what it reports"), rows)


def rule(code: Annotated[str, typer.Argument(metavar="CODE", help="The code, such as POS001.")]) -> None:
    """Print the page of one rule: what, why, how to fix, source."""
    from sam.rules import RULES

    found = RULES.get(code.strip().upper())
    if found is None:
        raise UsageError(f"no rule {code!r}", hint="`trueup rules` lists them")
    heading(f"{found.code} {found.title}")
    say(f"{found.family}, {found.severity}")
    say()
    say(inspect.cleandoc(found.doc))
