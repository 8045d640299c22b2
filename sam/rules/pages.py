"""The pages about rules (docs/rules.md and one for each rule), written from the rules so that they cannot lag behind.

`python -m sam.rules.pages docs` writes them anew.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sam.rules.registry import FAMILIES, SECTIONS, Rule
from sam.rules.rulebook import RULES

_FAMILY_WORDS: Final = {
    "compliance": "What is used beyond what is owned, and what is not known about it.",
    "overspend": "What is paid for and not needed. Each finding names its saving as the number `amount`, in the"
    " currency of the run;\nit is `0.00` where no price is known.",
    "renewal": "What ends when, and what to renew.",
    "data-quality": "What bounds the trust in the numbers.",
}
_HEAD: Final = """\
# Rules

Rules look at a finished calculation and report what somebody should act on, as *findings*. `trueup rules` lists them,
`trueup rule CODE` prints the page of one. Severities and thresholds are set in the policy, where a finding can also be
accepted for a time: see [policy.md](policy.md).

A finding has a stable `id` (rule and subject), a `subject` (`position:…`, `product:…`, `contract:…`, `device:…`,
`user:…`, `entitlement:…`, `file:…`), a message with its numbers, a remedy and the places of the first rows behind it.
Findings are sorted by severity, family, code and subject; the same rows in another order give the same findings. No two
rules report one subject for one cause.
"""


def sections(rule: Rule) -> dict[str, str]:
    """Return the sections of a rule's page by heading, each as one paragraph of lines."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in rule.doc.splitlines():
        if line and not line[0].isspace():
            current = found.setdefault(line.strip().rstrip(":"), [])
        elif line.strip():
            current.append(line.strip())
    return {heading: "\n".join(lines) for heading, lines in found.items()}


def render_rule(rule: Rule) -> str:
    """Return the page of one rule as Markdown."""
    told = sections(rule)
    body = "".join(f"\n## {heading}\n{told.get(heading, '')}\n" for heading in SECTIONS)
    facts = f"Family {rule.family}, severity {rule.severity}. [All rules](../rules.md)"
    return f"# {rule.code}: {rule.title}\n\n{facts}\n{body}"


def render_overview() -> str:
    """Return the page that lists all rules as Markdown."""
    return _HEAD + "".join(_family(family) for family in FAMILIES if any(r.family == family for r in RULES.values()))


def _family(family: str) -> str:
    rows = "".join(
        f"| [{r.code}](rules/{r.code}.md) | {r.severity} | {r.title} |\n"
        for r in sorted(RULES.values(), key=lambda r: r.code)
        if r.family == family
    )
    title = family.replace("-", " ").capitalize()
    head = "| rule | severity | reports |\n| --- | --- | --- |\n"
    return f"\n## {title}\n{_FAMILY_WORDS[family]}\n\n{head}{rows}"


def pages() -> Mapping[str, str]:
    """Return every page by its path inside the documentation."""
    return {"rules.md": render_overview(), **{f"rules/{code}.md": render_rule(rule) for code, rule in _sorted()}}


def _sorted() -> Iterator[tuple[str, Rule]]:
    yield from sorted(RULES.items())


def write(folder: Path) -> None:
    """Write every page below a folder."""
    for name, text in pages().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
