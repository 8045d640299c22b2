"""Find the physical line of a value in JSON text, for messages; used only once something is wrong."""

import json
import re
from collections.abc import Sequence

_SPACE = re.compile(r"\s*")


def line_of_pointer(text: str, pointer: Sequence[str | int]) -> int:
    """Return the line on which the value at a path of keys and indexes begins; 0 when there is none."""
    if not pointer:
        return 0
    position = _skip(text, 0)
    for step in pointer:
        found = _enter(text, position, step)
        if found is None:
            return 0
        position = found
    return text.count("\n", 0, position) + 1


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _enter(text: str, position: int, step: str | int) -> int | None:
    """Return where the member `step` of the object or array at `position` begins."""
    decoder = json.JSONDecoder()
    closing = "}" if isinstance(step, str) else "]"
    position = _skip(text, position + 1)
    index = 0
    while text[position : position + 1] not in {"", closing}:
        key: object = index
        if isinstance(step, str):
            key, position = decoder.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        if key == step:
            return position
        _, position = decoder.raw_decode(text, position)
        position = _skip(text, position)
        position = _skip(text, position + 1) if text[position : position + 1] == "," else position
        index += 1
    return None
