"""Check the regular expressions of catalog files, and find words that a title must hold for one to match.

A title is attacker-supplied text and `re` cannot be interrupted, so an expression that could need exponential or
steep polynomial time is refused when the file is loaded. Titles are cut to `MAX_TITLE` characters before matching.
"""

import re
import warnings

# The parse tree of `re` is the only exact description of what it will run; private, but unchanged since Python 3.11.
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parser  # type: ignore[attr-defined]
from typing import Any

Tree = Any
"""A parsed pattern: iterates over pairs of operation and operand."""
Operand = Any

MAX_REGEX = 600
MAX_TITLE = 300
_MAX_WILD = 3
_MANY = 15
_FEW = 3
_LOOK = frozenset({sre.ASSERT, sre.ASSERT_NOT})
_REPEATS = frozenset({sre.MAX_REPEAT, sre.MIN_REPEAT})
_ASCII = range(128)
_ALPHABET = frozenset(_ASCII) | {0xE9}
"""Characters that stand for all: ASCII, and one letter for everything above."""
_CATEGORIES = {
    sre.CATEGORY_DIGIT: frozenset(c for c in _ALPHABET if chr(c).isdigit()),
    sre.CATEGORY_SPACE: frozenset(c for c in _ALPHABET if chr(c).isspace()),
    sre.CATEGORY_WORD: frozenset(c for c in _ALPHABET if chr(c).isalnum() or c == ord("_")),
}
_NEGATED = {
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
    sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
}
_WORD = re.compile(r"[a-z0-9]+")
_TOKEN = frozenset(c for c in _ASCII if chr(c).isalnum())
_EDGES = frozenset({
    sre.AT_BEGINNING, sre.AT_BEGINNING_STRING, sre.AT_END, sre.AT_END_STRING, sre.AT_BOUNDARY,
})  # fmt: skip


def fault_of(regex: str, groups: frozenset[str]) -> tuple[str, str] | None:
    """Say what is wrong with an expression and what to do, or None when it can be used.

    Args:
        regex: As written in the file.
        groups: Names of groups that mean something.
    """
    if len(regex) > MAX_REGEX:
        return f"a regex of {len(regex)} characters; {MAX_REGEX} are allowed", "split it into several titles"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled = re.compile(regex, re.IGNORECASE)
            tree = sre_parser.parse(regex, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        return f"a bad regex '{regex}': {error}", "test it, and write it in single quotes so that backslashes stay"
    unknown = sorted(set(compiled.groupindex) - groups)
    if unknown:
        return f"the group '{unknown[0]}' in a regex", f"use one of: {', '.join(sorted(groups)) or 'none'}"
    if compiled.match(""):
        return f"the regex '{regex}' matches every title", "anchor it with ^ and name the product"
    if _is_slow(tree):
        return (
            f"the regex '{regex}' can take very long on a long title (repeats inside repeats)",
            r"give every round of a repeated group a separator of its own, as in (?:\.\d+)*",
        )
    return None


def _is_slow(tree: Tree) -> bool:
    """True when a title of `MAX_TITLE` characters could take more than some million steps.

    Each open-ended repeat that can trade characters with another adds a factor of the title's length.
    """
    repeats = list(_repeats(tree))
    if any(_rounds(node) and _ambiguous(node[2]) for node in repeats):
        return True
    wild = [node for node in repeats if _many(node) and len(_letters(node[2])) > len(_ALPHABET) // 2]
    touching = _touching(tree)
    return len(wild) > _MAX_WILD or (touching > 0 and len(wild) + touching >= _MAX_WILD)


def _rounds(repeat: Operand) -> bool:
    """True when a repeat has rounds enough, or rounds open-ended enough, that splitting them differently costs."""
    return _high(repeat) > _FEW or (_high(repeat) > 1 and any(_many(inner) for inner in _repeats(repeat[2])))


def _touching(tree: Tree) -> int:
    r"""Count open-ended repeats that directly follow one that takes the same characters (`\d+\d+`)."""
    count = 0
    before: frozenset[int] = frozenset()
    for op, argument in _flat(tree):
        if op in _REPEATS and _many(argument):
            letters = _letters(argument[2])
            count += bool(before & letters)
            before |= letters
        elif op not in _REPEATS and op is not sre.AT:
            before = frozenset()
    return count


def _high(repeat: Operand) -> int:
    return MAX_TITLE if repeat[1] is sre.MAXREPEAT else int(repeat[1])


def _many(repeat: Operand) -> bool:
    return _high(repeat) > _MANY


def _children(op: Operand, argument: Operand) -> list[Tree]:
    """Return the sub-patterns of one node."""
    if op in _REPEATS or op is sre.POSSESSIVE_REPEAT:
        return [argument[2]]
    if op is sre.SUBPATTERN:
        return [argument[3]]
    if op is sre.BRANCH:
        return list(argument[1])
    if op in _LOOK:
        return [argument[1]]
    if op is sre.ATOMIC_GROUP:
        return [argument]
    if op is sre.GROUPREF_EXISTS:
        return [part for part in argument[1:] if part is not None]
    return []


def _repeats(tree: Tree) -> list[Any]:
    found = []
    for op, argument in tree:
        if op in _REPEATS:
            found.append(argument)
        for child in _children(op, argument):
            found.extend(_repeats(child))
    return found


def _flat(tree: Tree) -> list[tuple[Any, Any]]:
    """Return the nodes of a sequence with groups opened."""
    nodes: list[tuple[Any, Any]] = []
    for op, argument in tree:
        if op is sre.SUBPATTERN:
            nodes.extend(_flat(argument[3]))
        else:
            nodes.append((op, argument))
    return nodes


def _ambiguous(body: Tree) -> bool:
    """True when one text may be split into rounds of the repeated body in more than one way.

    A round is told from the next by a character every round must hold and none of its variable parts can.
    """
    nodes = _flat(body)
    variable = [n for n in nodes if n[0] in _REPEATS or n[0] in {sre.BRANCH, sre.GROUPREF, sre.GROUPREF_EXISTS}]
    if not variable:
        return False
    flexible: frozenset[int] = frozenset().union(*(_letters([n]) for n in variable))
    fixed = [_letters([n]) for n in nodes if n not in variable and n[0] is not sre.AT and n[0] not in _LOOK]
    return not any(letters and not letters & flexible for letters in fixed)


def _letters(tree: Tree) -> frozenset[int]:
    """Return every character (of the stand-in alphabet) that a pattern can consume."""
    found: frozenset[int] = frozenset()
    for op, argument in tree:
        if op is sre.LITERAL:
            found |= _both_cases(argument)
        elif op is sre.NOT_LITERAL:
            found |= _ALPHABET - _both_cases(argument)
        elif op in {sre.ANY, sre.GROUPREF}:
            found |= _ALPHABET
        elif op is sre.IN:
            found |= _class_letters(argument)
        elif op not in _LOOK:
            for child in _children(op, argument):
                found |= _letters(child)
    return found


def _both_cases(code: int) -> frozenset[int]:
    if code not in _ASCII:
        return frozenset({0xE9})
    char = chr(code)
    return frozenset({ord(char.lower()), ord(char.upper())})


def _class_letters(items: Operand) -> frozenset[int]:
    found: frozenset[int] = frozenset()
    negate = False
    for op, argument in items:
        if op is sre.NEGATE:
            negate = True
        elif op is sre.LITERAL:
            found |= _both_cases(argument)
        elif op is sre.RANGE:
            low, high = argument
            codes = range(low, min(high, max(_ASCII)) + 1)
            found |= frozenset().union(*(_both_cases(c) for c in codes)) if codes else frozenset()
            found |= frozenset({0xE9}) if high not in _ASCII else frozenset()
        elif op is sre.CATEGORY:
            base = _CATEGORIES.get(argument)
            found |= base if base is not None else _ALPHABET - _CATEGORIES[_NEGATED[argument]]
    return _ALPHABET - found if negate else found


def required_words(regex: str) -> frozenset[str]:
    """Return whole words (lower case) that every matching title holds; empty when none is certain."""
    nodes = _flat(sre_parser.parse(regex, re.IGNORECASE))
    words: set[str] = set()
    for start, end in _literal_runs(nodes):
        run = "".join(chr(argument).lower() for _, argument in nodes[start:end])
        apart_left, apart_right = _apart(nodes[:start], backward=True), _apart(nodes[end:])
        words.update(
            match.group()
            for match in _WORD.finditer(run)
            if (match.start() > 0 or apart_left) and (match.end() < len(run) or apart_right)
        )
    return frozenset(words)


def _literal_runs(nodes: list[tuple[Operand, Operand]]) -> list[tuple[int, int]]:
    """Return the stretches of nodes that are plain ASCII characters."""
    runs: list[tuple[int, int]] = []
    start = None
    for n, (op, argument) in enumerate([*nodes, (None, None)]):
        plain = op is sre.LITERAL and argument in _ASCII
        if plain and start is None:
            start = n
        elif not plain and start is not None:
            runs.append((start, n))
            start = None
    return runs


def _apart(nodes: list[tuple[Operand, Operand]], *, backward: bool = False) -> bool:
    """True when what touches a run, going outward from it, is an edge of the title or no letter and no digit."""
    for op, argument in reversed(nodes) if backward else nodes:
        if op is sre.AT:
            return argument in _EDGES
        if op is sre.BRANCH:
            return all(_apart(_flat(branch), backward=backward) for branch in argument[1])
        if op in _REPEATS:
            touches = _apart(_flat(argument[2]), backward=backward)
            if argument[0] > 0 or not touches:
                return touches
        elif op not in _LOOK:
            return not _letters([(op, argument)]) & _TOKEN
    return False
