"""One writer at a time: the second is told who and since when, and a killed one leaves no lock behind."""

import os
import re
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from sam.errors import RegisterError
from sam.register import Register, open_register
from tests.register.make import MORNING, NOON, device_ids, put_device

TODAY = date(2026, 6, 30)
ROOT = Path(__file__).resolve().parents[2]


def test_a_second_writer_is_told_who_writes_since_when_and_what_to_do(register: Register, file: Path) -> None:
    with open_register(file, wait_seconds=0.1) as second, register.begin_import(MORNING):
        with pytest.raises(RegisterError) as caught, second.begin_import(NOON):
            pass
        told = str(caught.value)
        with pytest.raises(RegisterError, match="another run holds the register"):
            put_device(second, "D2", at=NOON)
    assert told.startswith(f"{file}: another run holds the register since 20")
    assert f"(process {os.getpid()})" in told
    assert f"wait until it has finished and run again, or end process {os.getpid()}" in told


def test_a_writer_waits_for_the_one_before(register: Register, file: Path) -> None:
    program = f"""
import sys, time
from sam.register import open_register
from tests.register.make import MORNING, account, device
with open_register({str(file)!r}) as register, register.begin_import(MORNING) as transaction:
    transaction.put("a.csv", account("a.csv", "s"), [device("a.csv", "s", "first")])
    print("writing", flush=True)
    time.sleep(0.5)
"""
    with _start(program) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        put_device(register, "second", at=NOON, path="b.csv")
        assert other.wait() == 0
    assert device_ids(register, TODAY) == ["first", "second"]


def test_readers_read_while_another_run_writes(register: Register, file: Path) -> None:
    put_device(register, "D1", at=MORNING)
    with open_register(file, wait_seconds=0.1) as reader, register.begin_import(NOON):
        assert device_ids(reader, TODAY) == ["D1"]


def test_a_killed_writer_leaves_no_lock_behind(register: Register, file: Path) -> None:
    program = f"""
import time
from sam.register import open_register
from tests.register.make import MORNING
with open_register({str(file)!r}) as register, register.begin_import(MORNING):
    print("writing", flush=True)
    time.sleep(60)
"""
    with _start(program) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        with open_register(file, wait_seconds=0.1) as second:
            with pytest.raises(RegisterError, match=rf"\(process {other.pid}\)"), second.begin_import(NOON):
                pass
            other.send_signal(signal.SIGKILL)
            other.wait()
            put_device(second, "D1", at=NOON)
    assert device_ids(register, TODAY) == ["D1"]
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name]


def test_two_runs_that_make_the_register_at_once_both_succeed(tmp_path: Path) -> None:
    program = f"""
import sys
from sam.register import open_register
from tests.register.make import MORNING, put_device
with open_register({str(tmp_path / "new" / "register.sqlite")!r}, wait_seconds=30) as register:
    put_device(register, sys.argv[1], at=MORNING, path=sys.argv[1])
"""
    runs = [_start(program, name) for name in ("a", "b", "c")]
    for run in runs:
        with run:
            assert run.wait() == 0
    with open_register(tmp_path / "new" / "register.sqlite", create=False) as register:
        assert device_ids(register, TODAY) == ["a", "b", "c"]


def test_importing_the_package_loads_no_database_library() -> None:
    program = (
        "import sys, sam.register;"
        "print(sorted({'sqlmodel', 'sqlalchemy', 'alembic', 'pydantic'} & set(sys.modules)));"
        "sam.register.open_register; print('sqlmodel' in sys.modules, 'alembic' in sys.modules)"
    )
    with _start(program) as run:
        told, _ = run.communicate()
    assert re.split(r"\s*\n", told.strip()) == ["[]", "True False"]


def test_a_name_the_package_does_not_have_is_refused() -> None:
    import sam.register

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        sam.register.nothing  # noqa: B018


def _start(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
