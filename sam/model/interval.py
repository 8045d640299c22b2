"""Whole numbers that may not be known exactly."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """[low, high] in whole units; `high` is None where no finite bound is known."""

    low: int
    high: int | None

    @classmethod
    def exact(cls, value: int) -> "Interval":
        """Return the interval of one known number."""
        return cls(value, value)

    @property
    def known(self) -> bool:
        """True when low and high agree."""
        return self.low == self.high

    def __add__(self, other: "Interval") -> "Interval":
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(self.low + other.low, high)

    def times(self, factor: int) -> "Interval":
        """Multiply both ends by a non-negative factor."""
        return Interval(self.low * factor, None if self.high is None else self.high * factor)
