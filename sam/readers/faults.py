"""Problems and rejects of one file, gathered without drowning the reader."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from sam.model import Origin, Problem, Reject, Severity

REJECTS_SHOWN: Final = 1000
ALIKE_SHOWN: Final = 20
"""Problems of one code and column listed one by one; the rest is counted."""


@dataclass(slots=True, kw_only=True)
class FaultLog:
    """What was wrong in one file or sheet. `path` is shown before every line number."""

    file: str
    path: str
    sheet: str = ""
    problems: list[Problem] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    rejected_count: int = 0
    _alike: Counter[tuple[str, str]] = field(default_factory=Counter)
    _last: dict[tuple[str, str], Problem] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The file, and the sheet inside it."""
        return f"{self.path}#{self.sheet}" if self.sheet else self.path

    def problem(
        self,
        code: str,
        message: str,
        *,
        line: int = 1,
        record: int = 0,
        severity: Severity = Severity.WARNING,
        remedy: str = "",
        about: str = "",
    ) -> None:
        """Note a problem; `about` names the column, so that many alike are listed as a few and a count."""
        problem = Problem(
            code=code,
            severity=severity,
            where=f"{self.place}:{line}",
            message=message,
            remedy=remedy,
            origin=Origin(file=self.file, path=self.path, record=record, sheet=self.sheet),
        )
        key = (code, about)
        self._alike[key] += 1
        if self._alike[key] <= ALIKE_SHOWN:
            self.problems.append(problem)
        else:
            self._last[key] = problem

    def reject(self, line: int, reason: str, *, count: int = 1) -> None:
        """Note a record that cannot be used, or `count` of them for one reason."""
        self.rejected_count += count
        if len(self.rejects) < REJECTS_SHOWN:
            self.rejects.append(Reject(line=line, reason=f"sheet {self.sheet}: {reason}" if self.sheet else reason))

    def finish(self, rows: int) -> tuple[Problem, ...]:
        """Return all problems, with what was left out as counts, and one that tells of rejected rows."""
        for key, last in self._last.items():
            more = self._alike[key] - ALIKE_SHOWN
            self.problems.append(
                Problem(
                    code=last.code,
                    severity=last.severity,
                    where=last.where,
                    message=f"{last.message}; the last of {more} more like it" if more > 1 else last.message,
                    remedy=last.remedy,
                    origin=last.origin,
                )
            )
        if self.rejected_count and self.rejects:
            first = self.rejects[0]
            self.problems.append(
                Problem(
                    code="rows-rejected",
                    severity=Severity.ERROR,
                    where=f"{self.place}:{first.line}",
                    message=f"{self.rejected_count} of {rows} rows rejected; first: {first.reason}",
                    remedy="correct the rows and run again; every reason is listed with its line",
                    origin=Origin(file=self.file, path=self.path, sheet=self.sheet),
                )
            )
        return tuple(self.problems)
