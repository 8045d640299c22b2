"""The closed lists of words used in tables, terms and results."""

import re
import unicodedata
from typing import Final

METRICS: Final = (
    "device", "user", "named-user", "named-user-plus", "concurrent", "processor", "core", "server", "instance",
    "socket-pair", "pvu", "vpc", "rvu-mapc", "auvu", "euvu", "xuvu", "user-cal", "device-cal", "employee", "site",
    "enterprise", "document", "fue", "token", "seat",
)  # fmt: skip
USER_METRICS: Final = frozenset({"user", "named-user", "seat"})
CORE_METRICS: Final = frozenset({"core"})
RIGHTS: Final = (
    "downgrade", "upgrade", "edition-below", "second-use", "mobility", "virtualization", "failover-passive",
    "non-production", "fallback", "transfer",
)  # fmt: skip
TRANSACTIONS: Final = (
    "license", "subscription", "maintenance", "upgrade", "step-up", "true-up", "transfer-in", "transfer-out", "return",
)  # fmt: skip
DEVICE_KINDS: Final = ("workstation", "laptop", "server", "host", "virtual-machine", "mobile", "container")
LIFECYCLES: Final = ("planned", "in-stock", "in-use", "in-repair", "missing", "retired", "disposed")
ENVIRONMENTS: Final = ("production", "development", "test", "training", "failover", "disaster-recovery")
PERSON_STATUSES: Final = ("active", "leaver")
HOST_ROLES: Final = ("virtualization-only", "other")
PARTITIONS: Final = ("none", "soft", "hard")
FAILOVER_KINDS: Final = ("ha", "dr")
ALLOCATION_KINDS: Final = ("allocated", "awaiting", "permanent", "reserved")
PRICE_BASES: Final = ("list", "contract")
PRICE_PERIODS: Final = ("once", "month", "year")
TIER_MODES: Final = ("graduated", "all-units")

_SEPARATORS = re.compile(r"[\s_\-]+")


def fold_word(text: str) -> str:
    """Fold case, spaces, underscores and hyphens, as the tables' words are compared: `In Use` → `in-use`."""
    return _SEPARATORS.sub("-", text.strip().casefold()).strip("-")


_SPACES = re.compile(r"\s+")
_MARKS = str.maketrans("", "", "®™©\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff")


def fold_name(text: str) -> str:
    """Fold a product, publisher or title name for comparison: NFKC, no marks, one space, case folded."""
    plain = unicodedata.normalize("NFKC", text.translate(_MARKS))
    return _SPACES.sub(" ", plain).strip().casefold()
