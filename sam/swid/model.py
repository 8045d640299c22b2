"""A software identification tag (ISO/IEC 19770-2:2015) as frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sam.errors import SamError


class TagError(SamError):
    """A tag that lacks what identifies the software, or a file that is no tag.

    Args:
        message: What is wrong.
        where: File and place inside it.
        hint: What to do about it.
        line: Physical line.
    """

    def __init__(self, message: str, *, where: str = "", hint: str = "", line: int = 1) -> None:
        super().__init__(message, where=where, hint=hint)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """An organisation and its roles; `regid` as written."""

    name: str
    regid: str = ""
    roles: tuple[str, ...] = ()
    thumbprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A reference to another tag or resource; never followed."""

    href: str
    rel: str
    artifact: str = ""
    media: str = ""
    ownership: str = ""
    type: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """One Meta element. A key is masked: only that there was one is kept."""

    activation_status: str = ""
    channel_type: str = ""
    colloquial_version: str = ""
    description: str = ""
    edition: str = ""
    entitlement_data_required: bool | None = None
    """None: not said, which is not the same as False."""
    entitlement_key: str = ""
    """`***` where the tag holds a key."""
    generator: str = ""
    persistent_id: str = ""
    product: str = ""
    product_family: str = ""
    revision: str = ""
    summary: str = ""
    unspsc_code: str = ""
    unspsc_version: str = ""
    other: tuple[tuple[str, str], ...] = ()
    """Attributes that the standard does not name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a discovery tool found: the day and the device it says it looked at."""

    found_on: date | None = None
    device_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareIdentity:
    """One tag. Absent text is "", and defaults of the standard are not filled in."""

    path: str
    name: str
    tag_id: str
    line: int = 1
    tag_version: int = 0
    version: str = ""
    version_scheme: str = ""
    corpus: bool = False
    patch: bool = False
    supplemental: bool = False
    media: str = ""
    lang: str = ""
    entities: tuple[Entity, ...] = ()
    links: tuple[Link, ...] = ()
    metas: tuple[Meta, ...] = ()
    evidence: Evidence | None = None
    has_payload: bool = False
    payload_files: int = 0
    evidence_files: int = 0
    signed: bool = False
    """True when the tag holds a signature. It was not verified."""
    namespace: str = ""
    other: tuple[tuple[str, str], ...] = ()
    """Attributes that the standard does not name."""
    masked_keys: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def is_primary(self) -> bool:
        """True for a tag of installed software: neither media (corpus) nor patch nor supplement."""
        return not (self.corpus or self.patch or self.supplemental)

    @property
    def publisher(self) -> str:
        """Name of the licensor, else of the software's creator, else of the tag's creator."""
        return next((name for role in ("licensor", "softwarecreator", "tagcreator") if (name := self._named(role))), "")

    def meta(self, attribute: str) -> str:
        """Return a Meta value: of several, the first that is not blank."""
        return next((value for meta in self.metas if (value := getattr(meta, attribute))), "")

    def _named(self, role: str) -> str:
        names: Sequence[str] = [e.name for e in self.entities if role in {r.casefold() for r in e.roles}]
        return next((name for name in names if name), "")
