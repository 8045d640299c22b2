"""Short looks at what a file gave."""

from sam.readers.folders import FileRead


def lines(result: FileRead) -> list[int]:
    """Physical lines of the rejected rows."""
    return [reject.line for reject in result.account.rejected]


def reasons(result: FileRead) -> str:
    return " | ".join(reject.reason for reject in result.account.rejected)


def told(result: FileRead, code: str) -> list[str]:
    """The problems of one code, as they are shown."""
    return [str(problem) for problem in result.problems if problem.code == code]
