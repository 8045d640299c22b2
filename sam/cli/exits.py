"""Every way a command can end, and its exit code.

0 fine; 1 findings at or above `--fail-on`; 2 wrong usage or configuration; 3 inputs rejected under `--strict`, or
nothing recognised; 4 an internal error, told with what to report. Ctrl-C ends with 130, as shells expect.
"""

import contextlib
import io
import os
import platform
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sam import __version__
from sam.errors import ExitCode, SamError

INTERRUPTED: Final = 130


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; nothing is raised."""
    _write_any_text()
    try:
        code = _command(arguments)
        sys.stdout.flush()
    except SamError as error:
        _say(f"trueup: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        _say("trueup: interrupted; what was finished is kept")
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of the pipe has seen enough: nothing went wrong, and nothing more can be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FINE
    except Exception as error:  # noqa: BLE001 - whatever else is raised is a fault of the program: exit 4 tells so
        return _internal(error)
    return code


def _write_any_text() -> None:
    """Let no text fail to be written because the terminal or pipe has another encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _command(arguments: Sequence[str]) -> int:
    from sam.cli.app import app

    try:
        app(list(arguments), prog_name="trueup")
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        return end.code if isinstance(end.code, int) else ExitCode.FINE
    return ExitCode.FINE


def _internal(error: Exception) -> int:
    if os.environ.get("TRUEUP_DEBUG") == "1":
        traceback.print_exception(error)
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f"{Path(last[0].filename).name}:{last[0].lineno}" if last else "unknown place"
    _say(f"trueup: internal error: {type(error).__name__}: {error}")
    _say(
        f"This is a fault of Trueup, not of your data. Please report: trueup {__version__}, Python"
        f" {platform.python_version()} on {platform.system()}, {type(error).__name__} at {place}, and the command you"
        " ran. TRUEUP_DEBUG=1 shows the whole trace; read it for names before you pass it on."
    )
    return ExitCode.INTERNAL


def _say(text: str) -> None:
    from sam.cli.screen import clean

    with contextlib.suppress(OSError):
        print(clean(text), file=sys.stderr)
