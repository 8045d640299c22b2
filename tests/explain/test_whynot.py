"""Why not another license: the difference of two bills worked out by hand, or the one reason that forbids it."""

import re
from pathlib import Path

import pytest

from tests.explain.estate import told

CATALOG = """
publisher: {id: acme, name: Acme}
products:
  - id: acme/pen
    name: Acme Pen
    editions: [{id: standard, rank: 1}, {id: enterprise, rank: 2}]
    releases:
      - {version: "1", released: 2020-01-01}
      - {version: "2", released: 2022-01-01}
      - {version: "3", released: 2024-01-01}
    titles: [{regex: '^Acme Pen$'}]
  - {id: acme/box, name: Acme Box, suite: [acme/pen], titles: [{regex: '^Acme Box$'}]}
"""
DEVICES = "device_id,kind,country,primary_user_id\nPC1,laptop,DE,ann\nPC2,laptop,DE,bob\nPC3,laptop,FR,cid\n"
HEADER = "entitlement_id,product,edition,version,metric,quantity,rights,scope,maintenance_until,ends_on"
PRICES = "product,edition,version,metric,basis,unit_price,pack"


def write(folder: Path, entitlements: str, prices: str, *installed: str) -> None:
    """Write a workspace in which some devices have a version of the pen."""
    tables = {
        "devices": DEVICES,
        "software": "\n".join(
            ["device_id,version,edition,publisher,name", *(f"{i},enterprise,Acme,Acme Pen" for i in installed)]
        ),
        "entitlements": f"{HEADER}\n{entitlements}",
        "prices": f"{PRICES}\n{prices}",
    }
    (folder / "catalog").mkdir()
    (folder / "catalog" / "acme.yaml").write_text(CATALOG, encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")


def ask(folder: Path, entitlements: str, prices: str, *, devices: int = 1) -> dict[str, str]:
    """Return the answers about the one position with a demand, by the license asked about."""
    write(folder, entitlements, prices, *(f"PC{n},2" for n in range(1, devices + 1)))
    lines = told(folder, "product", "acme/pen")
    start = next(n for n, line in enumerate(lines) if line.startswith("Why not"))
    assert lines[start + 1].startswith("  now: ")
    answers = {}
    for line in lines[start + 2 :]:
        if not line.startswith("  "):
            break
        name = re.match(r"  (buying .*?(?:\)|not known)|\S+ \(.*?\): .*?): (?=[0-9]|equal|not )", line)
        assert name, line
        answers[name[1]] = line[name.end() :]
    return answers


def answer_of(answers: dict[str, str], words: str) -> str:
    (found,) = [answer for what, answer in answers.items() if what.startswith(words)]
    return found


def test_a_dearer_offer_costs_the_difference(tmp_path: Path) -> None:
    # the pen is bought at 100; the box, which holds a pen, costs 130
    found = ask(tmp_path, "", "acme/pen,enterprise,,device,list,100,\nacme/box,,,device,list,130,")

    assert answer_of(found, "buying Acme Box") == "30.00 EUR more"


def test_packs_count_whole(tmp_path: Path) -> None:
    prices = "acme/pen,enterprise,,device,list,100,\nacme/box,,,device,list,30,5"
    found = ask(tmp_path, "E9,acme/pen,enterprise,2,device,1,,,,", prices, devices=3)

    # least: one owned, a pack of five boxes for the other two at 150; beside one pen of 100, a second beats a pack
    assert answer_of(found, "buying Acme Pen") == "50.00 EUR more"


def test_what_is_owned_twice_is_a_matter_of_policy_order(tmp_path: Path) -> None:
    # two free pools of equal worth (nothing): own license before suite
    found = ask(tmp_path, "E1,acme/pen,enterprise,2,device,1,,,,\nE2,acme/box,,,device,1,,,,", "")

    assert answer_of(found, "E2") == "equal, tie broken by policy order: the nearest match first"


def test_of_two_that_are_the_same_the_fixed_order_decides(tmp_path: Path) -> None:
    lines = "E1,acme/pen,enterprise,2,device,1,,,,\nE2,acme/pen,enterprise,2,device,1,downgrade,,,"
    found = ask(tmp_path, lines, "")

    assert answer_of(found, "E2") == "equal, tie broken by the fixed order of licenses"


def test_owned_units_of_more_worth_are_kept_free(tmp_path: Path) -> None:
    lines = "E1,acme/pen,enterprise,2,device,1,,,,\nE2,acme/box,,,device,1,,,,"
    found = ask(tmp_path, lines, "acme/pen,,,device,list,100,\nacme/box,,,device,list,250,")

    assert answer_of(found, "E2") == "equal in cost, but 150.00 EUR more of owned units in use"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("E2,acme/pen,standard,2,device,5,,,,", "edition standard does not contain enterprise"),
        ("E2,acme/pen,enterprise,3,device,5,,,,", "it is for version 3, 2 is earlier, and there is no downgrade right"),
        ("E2,acme/pen,enterprise,1,device,5,,,,", "it is for version 1, and 2 is later: there is no upgrade right"),
        (
            "E2,acme/pen,enterprise,1,device,5,upgrade,,2021-06-30,",
            "it is for version 1, and 2 is later: released on 2022-01-01, after maintenance ended on 2021-06-30",
        ),
        (
            "E2,acme/pen,enterprise,2,device,5,,country:FR,,",
            "its scope country:FR does not hold: the device is elsewhere, or it is not known where",
        ),
        (
            "E2,acme/pen,enterprise,2,user,5,,country:FR,,",
            "its scope country:FR does not hold: the person is elsewhere, or it is not known where",
        ),
        ("E2,acme/pen,enterprise,2,pvu,5,,,,", "use under the metric pvu is not measured here"),
    ],
)
def test_what_is_not_allowed_says_the_one_reason(tmp_path: Path, line: str, reason: str) -> None:
    found = ask(tmp_path, line, "acme/pen,enterprise,,device,list,100,")

    assert answer_of(found, "E2") == f"not allowed, because {reason}"


def test_units_that_others_use_are_said_to_be_taken(tmp_path: Path) -> None:
    write(tmp_path, "E1,acme/pen,enterprise,2,device,1,downgrade,,,", "acme/pen,,,device,list,100,", "PC1,1", "PC2,2")
    lines = told(tmp_path, "product", "acme/pen")

    # one unit for two devices at two positions: whichever has it, the other one is short
    (line,) = [line for line in lines if line.startswith("  E1 (") and ": equal" in line]
    assert line.endswith("its units are all in use, so another one would go without")
