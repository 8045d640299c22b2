"""A run up to its numbers: what reports, explanations and renewals start from."""

from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Self

from sam.catalog.loaded import LoadedCatalog
from sam.engine.demand import EvidenceFile
from sam.engine.estate import Estate
from sam.engine.intake import Intake
from sam.engine.licensing import Licensed
from sam.engine.relational import Relations
from sam.engine.workspace import Workspace
from sam.entitlements.termlib import TermLibrary
from sam.inventory.identity import Merged
from sam.model import Policy, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """Everything a solved run knows; a context manager that closes the stages and the register."""

    workspace: Workspace
    as_of: date
    intake: Intake
    merged: Merged
    estate: Estate
    loaded: LoadedCatalog
    library: TermLibrary
    policy: Policy
    relations: Relations
    licensed: Licensed
    files: tuple[EvidenceFile, ...]
    problems: tuple[Problem, ...]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.relations.__exit__(kind, error, trace)
        self.intake.register.close()
