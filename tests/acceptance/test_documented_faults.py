"""The page of bad input tells every code that the program can give to a problem, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "bad-input.md"
TELLS: Final = frozenset({"problem", "_problem", "add", "Problem", "_tell_left"})
"""Functions that take the code of a problem."""
CODE: Final = re.compile(r"[a-z]+(-[a-z]+)*")


def codes_given() -> Iterator[str]:
    """Yield the texts that look like codes among the arguments of calls that make a problem."""
    for path in sorted((ROOT / "sam").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and called(node) in TELLS:
                named = [word.value for word in node.keywords if word.arg == "code"]
                # a code of one word is told apart from other texts by its keyword only
                yield from (text for each in named for text in texts(each))
                yield from (text for each in node.args[:3] for text in texts(each) if "-" in text)


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant | ast.IfExp):
        for each in ast.walk(node):
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and CODE.fullmatch(each.value):
                yield each.value


def test_every_code_is_told_with_a_remedy_and_none_that_does_not_exist() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)`(?:, `[a-z-]+`)? \| (.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    told = [code for code, *_ in rows]
    assert len(told) == len(set(told))
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "sam").rglob("*.py"))
    assert set(codes_given()) - set(told) == set()
    # what takes units away names its transaction
    made = {code for code in told if code.endswith("-without-base")}
    assert {code for code in set(told) - made if f'"{code}"' not in source} == set()
    for code, severity, *_ in rows:
        assert set(severity.split(", ")) <= {"error", "warning", "info"}, code
