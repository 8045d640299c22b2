"""The `trueup` command. Nothing heavy is loaded before a command needs it; see docs/commands.md."""

import sys


def main() -> None:
    """Run the command with the arguments of the process and end it with the exit code."""
    from sam.cli.exits import run

    sys.exit(run(sys.argv[1:]))
