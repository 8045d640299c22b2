"""The whole corpus of raw titles: what is obviously free is never licensable, what is obviously sold always is."""

import os
from pathlib import Path

import pytest

from sam.catalog.load import load_catalog
from sam.catalog.recognize import recognize
from sam.model import Recognition, State, Title

CORPUS = Path(os.environ.get("TRUEUP_CORPUS", Path(__file__).parents[2].parent / "shared" / "corpus"))
FREE = (
    "7-Zip", "Adobe Acrobat Reader", "Adobe Flash Player", "Audacity", "CCleaner", "Cyberduck", "Citrix Workspace app",
    "Definition Update for", "FusionInventory Agent", "GPL Ghostscript", "Greenshot", "Hotfix for", "K-Lite Codec Pack",
    "MSXML", "Microsoft .NET", "Microsoft Edge", "Microsoft OneDrive", "Microsoft PowerShell", "Microsoft Visual C++",
    "Microsoft Visual Studio Code", "Microsoft Office Proof", "Mozilla", "OCS Inventory Agent", "OpenVPN", "PDFCreator",
    "PuTTY", "Security Update for", "Spelling Dictionaries", "Strawberry Perl", "Update for", "VideoLAN VLC",
    "Visual C++", "WinSCP", "Windows Driver Package", "Windows Software Development Kit", "Windows XP Service Pack",
    "Wireshark", "ACAD Private",
)  # fmt: skip
SOLD = (
    "AutoCAD 2020", "IBM DB2 Advanced", "IBM WebSphere MQ Server", "IBM SPSS Statistics Server", "AIX 7.2",
    "Java 8 Update 381", "Microsoft Access 2016", "Microsoft Excel 2016", "Microsoft Office 2010 dla",
    "Microsoft Office 365", "Microsoft Office Famille", "Microsoft Office Home",
    "Microsoft Office Personal", "Microsoft Office Professional",
    "Microsoft Office Standard", "Microsoft Outlook 2016", "Microsoft Project", "Microsoft Publisher 2016",
    "Microsoft Visio", "Microsoft Word 2010", "SQL Server 2011 Database Engine Services",
)  # fmt: skip


@pytest.fixture(scope="module")
def found() -> list[tuple[Title, Recognition]]:
    path = CORPUS / "inventory" / "raw_titles.tsv"
    if not path.exists():
        pytest.skip("no corpus of raw titles beside the repository")
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]
    titles = [Title(row[0], row[1], row[2]) for row in rows]
    return list(zip(titles, recognize(load_catalog(), titles), strict=True))


def test_free_titles_are_never_licensable(found: list[tuple[Title, Recognition]]) -> None:
    free = [(t, r) for t, r in found if t.name.startswith(FREE)]
    assert len(free) > 150
    assert [t.name for t, r in free if r.state is State.LICENSABLE] == []
    known = sum(r.state is not State.UNKNOWN for _, r in free)
    print(f"free titles recognised as such: {known} of {len(free)}")  # noqa: T201
    assert known / len(free) > 0.95


def test_sold_titles_are_always_licensable(found: list[tuple[Title, Recognition]]) -> None:
    sold = [(t, r) for t, r in found if t.name.startswith(SOLD)]
    assert len(sold) > 20
    assert [t.name for t, r in sold if r.state is not State.LICENSABLE] == []


def test_how_much_of_the_corpus_is_recognised(found: list[tuple[Title, Recognition]]) -> None:
    by_hand = [(t, r) for t, r in found if t.publisher != "IBM"]
    known = sum(r.state is not State.UNKNOWN for _, r in by_hand)
    print(f"recognised: {known} of {len(by_hand)} titles without IBM's product list")  # noqa: T201
    assert known / len(by_hand) > 0.80
