"""DAT001: a title that nobody recognises stands on many devices."""

from collections import defaultdict
from collections.abc import Iterator

from sam.model import Policy, RunFacts, Severity, UnknownTitle
from sam.rules.registry import Hit, rule
from sam.rules.thresholds import threshold
from sam.rules.wording import clipped, count, listed


@rule("DAT001", severity=Severity.INFO, family="data-quality")
def unknown_titles(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """A title that is not recognised stands on many devices.

    What it does:
        Reports software names that no catalog rule recognises and that at least `unknown_title_devices` devices hold.
        The same name in several versions is one finding; its devices are added up.

    Why it matters:
        What is not recognised is not counted: it may need licenses, and nobody looks.

    How to fix:
        Say what it is in a file in `catalog/` (a title rule of a product, or a free product), or correct the name at
        its source. `trueup catalog unrecognized` lists them all.

    Source:
        Trueup's own definition: docs/counting.md, "From rows to installations" (bucket unrecognised), and
        docs/catalog.md.
    """
    fewest = threshold(policy, "unknown_title_devices")
    alike: dict[str, list[UnknownTitle]] = defaultdict(list)
    for title in facts.unknown_titles:
        alike[title.name].append(title)
    for name, titles in sorted(alike.items()):
        devices, rows = sum(t.devices for t in titles), sum(t.rows for t in titles)
        if devices < max(1, fewest):
            continue
        publishers = listed(t.publisher for t in titles if t.publisher)
        yield Hit(
            subject=f"title:{name}",
            message=f"“{clipped(name)}”{f' of {publishers}' if publishers else ''} is not recognised and stands on"
            f" {count(devices, 'device')}.",
            numbers={"devices": devices, "rows": rows},
            remedy="Say in catalog/ what it is, so that it is counted or told to be free.",
        )
