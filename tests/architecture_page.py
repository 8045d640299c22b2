"""Write the list of modules in docs/architecture.md anew from their docstrings: `python -m tests.architecture_page`."""

import ast
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs/architecture.md"
MARK: Final = "<!-- tests/test_architecture.py demands that this list is complete -->"
ORDER: Final = (
    "sam.cli", "reports", "sam.engine", "sam.rules", "sam.entitlements", "sam.catalog", "sam.readers", "sam.swid",
    "sam.inventory", "sam.purchases", "sam.register", "sam.model", "sam.errors", "sam",
)  # fmt: skip


def modules() -> dict[str, str]:
    """Return each module with the first sentence of its docstring."""
    found = {}
    for path in sorted(file for top in ("sam", "reports") for file in (ROOT / top).rglob("*.py")):
        place = path.relative_to(ROOT)
        if "versions" in place.parts:
            continue
        name = ".".join(place.with_suffix("").parts).removesuffix(".__init__")
        told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        first = " ".join(told.split("\n\n")[0].split())
        found[name] = first.replace("|", "\\|")
    return found


def package(name: str) -> str:
    """Return the heading a module stands under."""
    return next(top for top in ORDER if name == top or name.startswith(f"{top}."))


def text() -> str:
    """Return the page with its list written anew."""
    before = PAGE.read_text("utf-8").partition(MARK)[0]
    groups: dict[str, list[str]] = {}
    for name, told in sorted(modules().items()):
        groups.setdefault(package(name), []).append(f"| `{name}` | {told} |")
    head = "| module | what it is |\n| --- | --- |\n"
    parts = [f"### {top}\n\n{head}" + "\n".join(groups[top]) for top in ORDER if top in groups]
    return f"{before}{MARK}\n\n" + "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
