"""Help answers at once: nothing heavy is loaded before a command needs it."""

import resource
import subprocess
import sys

HEAVY = {
    "alembic", "duckdb", "highspy", "jinja2", "lxml", "networkx", "numpy", "openpyxl", "pydantic", "python_calamine",
    "rich", "sqlalchemy", "sqlmodel", "yaml",
}  # fmt: skip


def test_help_loads_no_heavy_library() -> None:
    program = (
        "import sys\nfrom sam.cli.exits import run\ncode = run(['--help'])\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)\nsys.exit(code)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Usage: trueup" in result.stdout
    assert set(result.stderr.split()) & HEAVY == set()


def test_help_answers_within_three_tenths_of_a_second() -> None:
    def seconds() -> float:
        # time on the processor: the machine may be busy with other tests
        begin = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "sam.cli", "--help"], capture_output=True, check=True)
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        return end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime

    assert min(seconds() for _ in range(3)) < 0.3
