"""Find the physical lines of values in JSON text, for messages."""

import json
import re
from collections.abc import Iterator

_SPACE = re.compile(r"\s*")
_DECODER = json.JSONDecoder()


def member_lines(text: str, *path: str) -> list[int]:
    """Return the lines on which the members of an array begin; of any other value, its own line alone.

    Args:
        text: A whole JSON document that is well-formed.
        path: Keys from the document's object down to the array. Of a repeated key, the last one counts, as in `json`.

    Returns:
        Lines from 1; none where the path leads nowhere.
    """
    position = _skip(text, 0)
    for key in path:
        found = [place for name, place in _members(text, position) if name == key]
        if not found:
            return []
        position = found[-1]
    if text[position : position + 1] != "[":
        return [text.count("\n", 0, position) + 1]
    lines: list[int] = []
    line, counted = 1, 0
    for _, place in _members(text, position):
        line, counted = line + text.count("\n", counted, place), place
        lines.append(line)
    return lines


def _members(text: str, position: int) -> Iterator[tuple[str, int]]:
    """Yield key ("" in an array) and place of every member of the object or array at a position; none of a scalar."""
    opening = text[position : position + 1]
    if opening not in {"{", "["}:
        return
    position = _skip(text, position + 1)
    while text[position : position + 1] not in {"", "}", "]"}:
        key = ""
        if opening == "{":
            key, position = _DECODER.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        yield key, position
        _, position = _DECODER.raw_decode(text, position)
        position = _skip(text, position)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
