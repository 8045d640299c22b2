"""Rules, the policy that sets them, and waivers: what a run says about itself, as findings.

`RULES` holds every rule by its code. A rule reads `RunFacts` and the `Policy` and nothing else.
"""

from pathlib import Path

from sam.model import Policy, Problem
from sam.rules.registry import FAMILIES, Hit, Rule
from sam.rules.rulebook import RULES
from sam.rules.running import run_rules

__all__ = ["FAMILIES", "RULES", "Hit", "Rule", "load_policy", "run_rules"]


def load_policy(path: Path | None) -> tuple[Policy, tuple[Problem, ...]]:
    """Read a policy file; without one, the defaults.

    Args:
        path: The file, or None.

    Returns:
        The policy, and what in it has no effect.

    Raises:
        ConfigError: The file cannot be read or used; every fault is told with file and line.
    """
    if path is None:
        return Policy(), ()
    # pydantic and YAML load only where there is a file to read
    from sam.rules.policyfile import read_policy

    return read_policy(path)
