"""Count the steps of a plain backtracking match: what an expression costs on a text, whatever the machine."""

from collections.abc import Iterator
from re import _constants as codes
from re import _parser as parser
from typing import Any

Nodes = list[tuple[Any, Any]]


class TooManyStepsError(Exception):
    """The match needs more steps than were allowed."""


class Backtracking:
    """One attempt to match from the start of a text, every way tried."""

    def __init__(self, text: str, limit: int) -> None:
        self.text = text
        self.limit = limit
        self.steps = 0

    def ends(self, nodes: Nodes, at: int) -> Iterator[int]:
        """Yield every place where the nodes can end."""
        if not nodes:
            yield at
            return
        for end in self._node(*nodes[0], at):
            yield from self.ends(nodes[1:], end)

    def _node(self, op: Any, argument: Any, at: int) -> Iterator[int]:
        self.steps += 1
        if self.steps > self.limit:
            raise TooManyStepsError
        if op in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
            low, high, body = argument
            yield from self._rounds(list(body), low, int(high), at)
        elif op is codes.SUBPATTERN:
            yield from self.ends(list(argument[3]), at)
        elif op is codes.BRANCH:
            for branch in argument[1]:
                yield from self.ends(list(branch), at)
        elif op is codes.AT:
            if at == (0 if argument is codes.AT_BEGINNING else len(self.text)):
                yield at
        elif at < len(self.text) and _takes(op, argument, self.text[at]):
            yield at + 1

    def _rounds(self, body: Nodes, low: int, high: int, at: int) -> Iterator[int]:
        if high > 0:
            for end in self.ends(body, at):
                if end > at:
                    yield from self._rounds(body, low - 1, high - 1, end)
        if low <= 0:
            yield at


def _takes(op: Any, argument: Any, letter: str) -> bool:
    if op is codes.ANY:
        return True
    if op in {codes.LITERAL, codes.NOT_LITERAL}:
        return (ord(letter) == argument) == (op is codes.LITERAL)
    if op is codes.CATEGORY:
        return letter.isdigit() if argument is codes.CATEGORY_DIGIT else letter.isalnum() or letter == "_"
    if op is codes.RANGE:
        return bool(argument[0] <= ord(letter) <= argument[1])
    assert op is codes.IN, op
    negated = argument[0][0] is codes.NEGATE
    return any(_takes(o, a, letter) for o, a in argument[negated:]) != negated


def match_steps(regex: str, text: str, limit: int) -> tuple[bool, int]:
    """Return whether an anchored expression matches a text, and the steps of trying every way.

    Raises:
        TooManyStepsError: More than `limit` steps.
    """
    attempt = Backtracking(text, limit)
    return bool(list(attempt.ends(list(parser.parse(regex)), 0))), attempt.steps
