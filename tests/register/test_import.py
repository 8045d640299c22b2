"""Importing: idempotent, all or nothing, one current version a source."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sam.errors import RegisterError
from sam.model import Origin, Problem, Reject, Severity
from sam.register import Register
from tests.register.make import EVENING, MORNING, NOON, account, device, device_ids, dump, put_device

TODAY = date(2026, 6, 30)
PATH = "inventory/devices.csv"


def test_the_same_bytes_again_change_nothing(register: Register, file: Path) -> None:
    put_device(register, "D1", at=MORNING)
    before = dump(file)
    with register.begin_import(NOON) as transaction:
        assert transaction.known(PATH, "sha-D1")
        changed = transaction.put(PATH, account(PATH, "sha-D1"), [device(PATH, "sha-D1", "D1")])
        # a run that did not read the file again tells so in the account: that is no other content
        told = replace(account(PATH, "sha-D1"), unchanged=True)
        changed_by_note = transaction.put(PATH, told, [device(PATH, "sha-D1", "D1")])
    assert (changed, changed_by_note) == (False, False)
    assert dump(file) == before


def test_other_bytes_close_the_old_version_and_open_a_new_one(register: Register) -> None:
    put_device(register, "old", at=MORNING)
    put_device(register, "new", at=NOON)
    first, second = register.history(PATH)
    assert (first.known_from, first.known_to) == (MORNING, NOON)
    assert (second.known_from, second.known_to) == (NOON, None)
    assert not register.known(PATH, "sha-old")
    assert register.known(PATH, "sha-new")
    assert device_ids(register, TODAY) == ["new"]


def test_going_back_to_old_bytes_is_a_version_of_its_own(register: Register) -> None:
    put_device(register, "a", at=MORNING)
    put_device(register, "b", at=NOON)
    put_device(register, "a", at=EVENING)
    assert [version.sha256 for version in register.history(PATH)] == ["sha-a", "sha-b", "sha-a"]
    assert device_ids(register, TODAY) == ["a"]


def test_the_same_bytes_at_another_path_are_another_source(register: Register) -> None:
    put_device(register, "D1", at=MORNING)
    put_device(register, "D1", at=MORNING, path="inventory/copy.csv")
    assert [version.path for version in register.select(TODAY)] == ["inventory/copy.csv", PATH]
    put_device(register, "D2", at=NOON)
    assert device_ids(register, TODAY) == ["D1", "D2"]


def test_an_exception_leaves_everything_as_it_was(register: Register, file: Path) -> None:
    put_device(register, "D1", at=MORNING)
    put_device(register, "D9", at=MORNING, path="gone.csv")
    before = dump(file)
    with pytest.raises(KeyboardInterrupt):
        _interrupted_import(register)
    assert dump(file) == before
    put_device(register, "D3", at=EVENING)
    assert device_ids(register, TODAY) == ["D9", "D3"]


def _interrupted_import(register: Register) -> None:
    with register.begin_import(NOON) as transaction:
        transaction.put(PATH, account(PATH, "new"), [device(PATH, "new", "D2")])
        transaction.retire_missing([PATH])
        transaction._flush()  # written, and still to be undone
        raise KeyboardInterrupt


def test_nothing_is_seen_by_others_before_the_import_ends(register: Register) -> None:
    put_device(register, "old", at=MORNING)
    with register.begin_import(NOON) as transaction:
        transaction.put(PATH, account(PATH, "new"), [device(PATH, "new", "new")])
        transaction._flush()
        assert device_ids(register, TODAY) == ["old"]
    assert device_ids(register, TODAY) == ["new"]


def test_a_source_put_twice_in_one_import_ends_with_the_second(register: Register) -> None:
    with register.begin_import(NOON) as transaction:
        transaction.put(PATH, account(PATH, "a"), [device(PATH, "a", "first")])
        transaction.put(PATH, account(PATH, "b"), [device(PATH, "b", "second")])
    assert device_ids(register, TODAY) == ["second"]


def test_a_partial_version_is_not_known_and_is_replaced_only_by_another_content(register: Register, file: Path) -> None:
    rows = [device(PATH, "s", "D1")]
    with register.begin_import(MORNING) as transaction:
        transaction.put(PATH, account(PATH, "s"), rows, partial=True)
    assert not register.known(PATH, "s")
    before = dump(file)
    with register.begin_import(NOON) as transaction:
        assert not transaction.put(PATH, account(PATH, "s"), rows, partial=True)
    assert dump(file) == before
    with register.begin_import(EVENING) as transaction:
        assert transaction.put(PATH, account(PATH, "s", rows=2), [*rows, device(PATH, "s", "D2", 2)])
    assert register.known(PATH, "s")
    assert device_ids(register, TODAY) == ["D1", "D2"]


@pytest.mark.parametrize(
    "other",
    [{"default_device": "D7"}, {"has_software": True}, {"reading": "map 2"}],
    ids=lambda value: next(iter(value)),
)
def test_the_same_bytes_read_in_another_way_are_a_new_version(register: Register, other: dict[str, object]) -> None:
    put_device(register, "D1", at=MORNING)
    with register.begin_import(NOON) as transaction:
        assert transaction.put(PATH, account(PATH, "sha-D1"), [device(PATH, "sha-D1", "D1")], **other)
    (version,) = register.select(TODAY)
    assert {name: getattr(version, name) for name in other} == other


def test_known_asks_for_the_way_of_reading_too(register: Register) -> None:
    with register.begin_import(NOON) as transaction:
        transaction.put(PATH, account(PATH, "s"), reading="reader 1")
    with register.begin_import(NOON) as transaction:
        inside = [transaction.known(PATH, "s", reading=reading) for reading in ("reader 1", "reader 2", "")]
    outside = [register.known(PATH, "s", reading=reading) for reading in ("reader 1", "reader 2", "")]
    assert inside == outside == [True, False, False]


def test_a_source_whose_file_is_gone_is_retired_and_may_come_back(register: Register) -> None:
    put_device(register, "D1", at=MORNING)
    put_device(register, "D2", at=MORNING, path="inventory/other.csv")
    with register.begin_import(NOON) as transaction:
        assert transaction.retire_missing([PATH]) == ("inventory/other.csv",)
    assert device_ids(register, TODAY) == ["D1"]
    assert not register.known("inventory/other.csv", "sha-D2")
    assert register.history("inventory/other.csv")[0].known_to == NOON
    put_device(register, "D2", at=EVENING, path="inventory/other.csv")
    assert device_ids(register, TODAY) == ["D1", "D2"]


def test_retiring_twice_retires_once(register: Register, file: Path) -> None:
    put_device(register, "D1", at=MORNING)
    with register.begin_import(NOON) as transaction:
        transaction.retire_missing([])
    before = dump(file)
    with register.begin_import(EVENING) as transaction:
        assert transaction.retire_missing([]) == ()
    assert dump(file) == before


def test_account_and_problems_are_told_again_without_reading_again(register: Register) -> None:
    told = replace(
        account(PATH, "s", rows=3, observed_on=date(2026, 6, 1)),
        accepted=1,
        rejected=(Reject(line=3, reason="no device_id"), Reject(line=4, reason="bad date")),
        rejected_count=2,
        dropped={"product_key": 2},
    )
    problems = [
        Problem(code="unknown-word", severity=Severity.WARNING, where=f"{PATH}:2", message="'mainframe'", remedy="say"),
        Problem(
            code="bad-date",
            severity=Severity.ERROR,
            where=f"{PATH}:4",
            message="'soon'",
            origin=Origin(file="s", path=PATH, record=3),
        ),
    ]
    with register.begin_import(NOON) as transaction:
        transaction.put(PATH, told, [device(PATH, "s", "D1")], problems)
    versions = register.select(TODAY)
    assert [version.account for version in versions] == [told]
    assert register.problems(versions) == problems


def test_a_record_of_another_file_is_refused(register: Register) -> None:
    strangers = [device("b.csv", "s", "D1"), device(PATH, "t", "D1")]
    for stranger in strangers:
        with pytest.raises(RegisterError, match="source of its own"), register.begin_import(NOON) as transaction:
            transaction.put(PATH, account(PATH, "s"), [stranger])
    with pytest.raises(RegisterError, match="account is of"), register.begin_import(NOON) as transaction:
        transaction.put(PATH, account("b.csv", "s"))
    assert register.select(TODAY) == []


def test_an_ended_import_takes_nothing_more(register: Register) -> None:
    with register.begin_import(NOON) as transaction:
        pass
    with pytest.raises(RegisterError, match="the import has ended"):
        transaction.put(PATH, account(PATH, "s"))


def test_a_time_without_zone_is_refused(register: Register) -> None:
    with pytest.raises(RegisterError, match="time zone"), register.begin_import(NOON.replace(tzinfo=None)):
        pass
