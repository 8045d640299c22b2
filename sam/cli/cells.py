"""Values as text: as the workspace's tables write them, and as JSON holds them."""

from datetime import date
from decimal import Decimal


def cell(value: object) -> str:
    """Write a value as a cell of the workspace's tables: ISO dates, yes and no, `;` between the items of a list."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple):
        return ";".join(cell(each) for each in value)
    return str(value)


def json_value(value: object) -> object:
    """Return the value as JSON holds it: dates ISO, amounts decimal strings, whole numbers as numbers."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple):
        return [json_value(each) for each in value]
    return cell(value)
