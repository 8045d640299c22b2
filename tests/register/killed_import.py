"""The program that `test_durability` kills: import 5,000 rows, die at a statement, or tell when it begins to write.

Arguments: register file, statement number at which to die (0: never).
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy import event

from sam.register import Register, open_register
from tests.register.make import NOON, account, device

PATHS = [f"inventory/devices-{n}.csv" for n in range(5)]


def import_rows(register: Register, generation: str) -> None:
    """Replace five sources of 1,000 devices each, and retire all others."""
    with register.begin_import(NOON) as transaction:
        for path in PATHS:
            rows = [device(path, generation, f"{generation}-{n}", n) for n in range(1, 1001)]
            transaction.put(path, account(path, generation, rows=1000), rows)
            transaction._flush()
        transaction.retire_missing(PATHS)


def _spill(connection: Any, _record: object) -> None:
    """Let no page stay in memory, so that the file itself is changed long before the commit."""
    connection.execute("PRAGMA cache_size = 1")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(file: str, fatal: int) -> None:
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1
        if statements == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_register(file) as register:
        engine = register._database._engine
        engine.dispose()
        event.listen(engine, "connect", _spill)
        event.listen(engine, "before_cursor_execute", count)
        _tell("writing")
        import_rows(register, "after")
        _tell(str(statements))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
