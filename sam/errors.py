"""The exception tree and the exit codes.

SamError                    misuse or configuration; message, where, hint
├── UsageError              wrong arguments or wrong files named (exit 2)
├── ConfigError             trueup.toml, policy, catalog or terms cannot be used (exit 2)
└── RegisterError           the register cannot be read, written or locked (exit 2)

Faults in *data* are not exceptions: they are `sam.model.Problem` values and travel with the result.
Anything else that is raised is a bug (exit 4).
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the command tells the shell."""

    FINE = 0
    FINDINGS = 1
    USAGE = 2
    REJECTED = 3
    INTERNAL = 4


class SamError(Exception):
    """Misuse, told with place, reason and remedy.

    Args:
        message: What is wrong and what was expected.
        where: File, with line or path inside it.
        hint: What to do about it.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{remedy}"


class UsageError(SamError):
    """The command was called with arguments or files that it cannot use."""


class ConfigError(SamError):
    """A configuration, policy, catalog or terms file cannot be used."""


class RegisterError(SamError):
    """The register cannot be opened, migrated, locked or written."""
