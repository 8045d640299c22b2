"""What an organisation decides for itself: severities, thresholds, waivers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sam.model.origin import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A finding accepted until a day, by somebody, for a reason."""

    rule: str
    subject: str = "*"
    """Subject of the finding, or a product id, with `*` as wildcard."""
    owner: str
    reason: str
    until: date
    where: str = ""
    """File and line of the waiver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Settings of the rules and of the comparison of prices."""

    fail_on: str = "none"
    """Severity at or above which the command exits 1; `none` never does."""
    severities: Mapping[str, str] = field(default_factory=dict)
    """Rule code → `error`, `warning`, `info` or `off`."""
    thresholds: Mapping[str, int] = field(default_factory=dict)
    """Named whole numbers, for example `unused_days`, `stale_days`, `notice_warning_days`."""
    waivers: tuple[Waiver, ...] = ()
    horizon_months: int = 36
    """Months over which subscription and one-off prices are compared."""

    def threshold(self, name: str, default: int) -> int:
        """Return a named threshold or its default."""
        return self.thresholds.get(name, default)

    def severity(self, rule: str, default: Severity) -> Severity | None:
        """Return the severity of a rule, None when it is switched off."""
        word = self.severities.get(rule)
        if word is None:
            return default
        return None if word == "off" else Severity(word)
