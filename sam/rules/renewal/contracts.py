"""How findings name a contract."""

from sam.model import Renewal
from sam.rules.wording import clipped


def contract_name(renewal: Renewal) -> str:
    """Return id, vendor and title as far as they are known: `C-7 (Nimbus, CRM Cloud)`."""
    known = ", ".join(clipped(part) for part in (renewal.vendor, renewal.title) if part)
    return f"{renewal.contract_id} ({known})" if known else renewal.contract_id
