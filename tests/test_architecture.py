"""docs/architecture.md names every module, and no module that is not there."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent


def test_every_module_is_named_and_no_other() -> None:
    told = set(
        re.findall(
            r"^\| `((?:sam|reports)[\w.]*)` \|", (ROOT / "docs/architecture.md").read_text("utf-8"), re.MULTILINE
        )
    )
    files = [path.relative_to(ROOT) for top in ("sam", "reports") for path in (ROOT / top).rglob("*.py")]
    names = {
        ".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in files if "versions" not in path.parts
    }
    assert told == names
