"""Parse ISO/IEC 19770-2:2015 tags.

The edition is told by the local name of the root element, never by the namespace: vendors ship tags of this edition in
drafts' namespaces, in none, and with `https`. Another namespace than the standard's is a warning.
Source: the rules of the standard's XML schema (2015), as listed in docs/swid.md.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sam.swid.hardened import XmlFault, line_of, read_xml
from sam.swid.model import Entity, Evidence, Link, Meta, SoftwareIdentity, TagError

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACE: Final = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd"
ROOT: Final = "SoftwareIdentity"
ROOT_2009: Final = "software_identification_tag"
MASK: Final = "***"

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_ROLES: Final = frozenset({"aggregator", "distributor", "licensor", "softwarecreator", "tagcreator"})
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_LOOSE_BOOLEANS: Final = {"yes": True, "no": False, "true": True, "false": False}
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_META: Final = {
    "activationStatus", "channelType", "colloquialVersion", "description", "edition", "generator", "persistentId",
    "product", "productFamily", "revision", "summary", "unspscCode", "unspscVersion",
}  # fmt: skip


def parse_tag(data: bytes, *, path: str) -> SoftwareIdentity:
    """Parse a file that holds one tag.

    Args:
        data: The file's bytes.
        path: Where it lies, as shown in messages.

    Raises:
        TagError: The file is not well-formed XML, is hostile or no tag of this edition, or its tag lacks tagId or name.
    """
    tags = list(parse_tags(data, path=path))
    if len(tags) != 1:
        raise TagError(f"holds {len(tags)} tags, expected one", where=path, hint="read the file as a container")
    tag = tags[0]
    if isinstance(tag, TagError):
        raise tag
    return tag


def parse_tags(data: bytes, *, path: str) -> Iterator[SoftwareIdentity | TagError]:
    """Parse a file that holds one tag, or a container of tags (`swidtags.xml` of a package repository).

    A tag that cannot be used is given as its error, and the rest is still read.

    Raises:
        TagError: The file as a whole cannot be read.
    """
    tree = read_xml(data)
    if isinstance(tree, XmlFault):
        raise TagError(tree.reason, where=f"{path}:{tree.line}", line=tree.line)
    roots = [tree.root] if local_name(tree.root) == ROOT else list(_contained(tree.root))
    if not roots:
        name = local_name(tree.root)
        raise TagError(f"not a software tag: the root element is '{name[:80]}', expected {ROOT}", where=f"{path}:1")
    notes = tree.warnings if len(roots) == 1 and roots[0] is tree.root else (*tree.warnings, "read out of a container")
    for root in roots:
        try:
            yield _tag(root, path, notes)
        except TagError as error:
            yield error


def _contained(root: "_Element") -> Iterator["_Element"]:
    """Yield tags inside a container; a tag inside a tag or inside a signature is not one of its own."""
    for element in root.iter("{*}" + ROOT, ROOT):
        if not any(local_name(above) == ROOT or above.tag == _SIGNATURE for above in element.iterancestors()):
            yield element


def local_name(element: "_Element") -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _tag(root: "_Element", path: str, notes: tuple[str, ...]) -> SoftwareIdentity:
    line = line_of(root)
    namespace = str(root.tag).rpartition("}")[0].removeprefix("{")
    warnings = list(notes)
    if namespace != NAMESPACE:
        warnings.append(f"namespace '{namespace}' is not that of ISO/IEC 19770-2:2015" if namespace else "no namespace")
    attributes = _Attributes(root, namespace, warnings)
    metas, masked = _metas(root, namespace, warnings)
    tag_id = attributes.take("tagId") or _draft_id(attributes, warnings)
    name = attributes.take("name") or _product_name(metas, warnings)
    for value, word in ((tag_id, "tagId"), (name, "name")):
        if not value:
            hint = "ask the publisher for a corrected tag"
            raise TagError(f"missing attribute '{word}'", where=f"{path}:{line}", hint=hint, line=line)
    entities = tuple(_entity(e, namespace, warnings) for e in _children(root, "Entity"))
    if not entities:
        warnings.append("no Entity: the publisher is not known")
    payload, evidence = list(_children(root, "Payload")), list(_children(root, "Evidence"))
    if payload and evidence:
        warnings.append("Payload and Evidence in one tag")
    flags = {word: attributes.flag(word) for word in ("corpus", "patch", "supplemental")}
    if sum(flags.values()) > 1:
        warnings.append("more than one of corpus, patch and supplemental is set")
    return SoftwareIdentity(
        path=path, name=name, tag_id=tag_id, line=line, tag_version=attributes.integer("tagVersion"),
        version=attributes.take("version"), version_scheme=attributes.take("versionScheme"),
        corpus=flags["corpus"], patch=flags["patch"], supplemental=flags["supplemental"],
        media=attributes.take("media"), lang=str(root.get(_LANG) or ""), entities=entities,
        links=tuple(_link(e, namespace) for e in _children(root, "Link")), metas=metas,
        evidence=_evidence(evidence[0], namespace, warnings) if evidence else None, has_payload=bool(payload),
        payload_files=_files(payload), evidence_files=_files(evidence),
        signed=root.find(_SIGNATURE) is not None, namespace=namespace, other=attributes.rest(),
        masked_keys=masked, warnings=tuple(dict.fromkeys(warnings)),
    )  # fmt: skip


class _Attributes:
    """The attributes of one element; those in the tag's own namespace count as unqualified ones, with a warning."""

    def __init__(self, element: "_Element", namespace: str, warnings: list[str]) -> None:
        self._warnings = warnings
        self._values: dict[str, str] = {}
        for raw, value in element.attrib.items():
            name = str(raw)
            if namespace and name.startswith(f"{{{namespace}}}"):
                name = name.rpartition("}")[2]
                warnings.append("attributes with a namespace prefix")
            self._values[name] = str(value).strip()

    def take(self, name: str) -> str:
        """Return and remove a value, "" where it is absent."""
        return self._values.pop(name, "")

    def flag(self, name: str) -> bool:
        """Return and remove a boolean; a word that is none counts as false."""
        found = self.boolean(name)
        return bool(found)

    def boolean(self, name: str) -> bool | None:
        """Return and remove a boolean, None where it is absent or no boolean."""
        text = self.take(name)
        if not text or text in _BOOLEANS:
            return _BOOLEANS.get(text)
        value = _LOOSE_BOOLEANS.get(text.casefold())
        read = {True: "true", False: "false", None: "not given"}[value]
        self._warnings.append(f"{name}='{text[:40]}' is not a boolean: taken as {read}")
        return value

    def integer(self, name: str) -> int:
        """Return and remove a whole number, 0 where it is absent or no number that fits."""
        text = self.take(name)
        if not text:
            return 0
        if not _INTEGER.fullmatch(text):
            self._warnings.append(f"{name}='{text[:40]}' is not a whole number of at most 18 digits: taken as 0")
            return 0
        return int(text)

    def rest(self) -> tuple[tuple[str, str], ...]:
        """Return what was not taken, by name; `xml:lang` and schema locations are no content."""
        kept = ((k, v[:1000]) for k, v in self._values.items() if "XMLSchema-instance" not in k and k != _LANG)
        return tuple(sorted(kept))


def _children(root: "_Element", name: str) -> Iterator["_Element"]:
    return (child for child in root.iterchildren("{*}*") if local_name(child) == name)


def _draft_id(attributes: _Attributes, warnings: list[str]) -> str:
    """Return `uniqueId`, which drafts of the standard used in place of tagId."""
    unique = attributes.take("uniqueId")
    if unique:
        warnings.append("uniqueId of a draft stands for tagId")
    return unique


def _product_name(metas: tuple[Meta, ...], warnings: list[str]) -> str:
    product = next((meta.product for meta in metas if meta.product), "")
    if product:
        warnings.append("no name: Meta product stands for it")
    return product


def _entity(element: "_Element", namespace: str, warnings: list[str]) -> Entity:
    values = _Attributes(element, namespace, warnings)
    roles = tuple(values.take("role").split())
    warnings.extend(f"unknown role '{role[:40]}'" for role in roles if role.casefold() not in _ROLES)
    return Entity(
        name=values.take("name"), regid=values.take("regid"), roles=roles, thumbprint=values.take("thumbprint")
    )  # fmt: skip


def _link(element: "_Element", namespace: str) -> Link:
    values = _Attributes(element, namespace, [])
    names = ("href", "rel", "artifact", "media", "ownership", "type", "use")
    return Link(**{name: values.take(name) for name in names})


def _metas(root: "_Element", namespace: str, warnings: list[str]) -> tuple[tuple[Meta, ...], int]:
    metas = tuple(_meta(_Attributes(element, namespace, warnings)) for element in _children(root, "Meta"))
    warnings.extend(
        f"several Meta elements differ in {name}: the first is used"
        for name in ("product", "edition", "colloquial_version")
        if len({value for meta in metas if (value := getattr(meta, name))}) > 1
    )
    return metas, sum(1 for meta in metas if meta.entitlement_key)


def _meta(values: "_Attributes") -> Meta:
    key, required = values.take("entitlementKey"), values.boolean("entitlementDataRequired")
    known: dict[str, Any] = {_CAMEL.sub("_", name).lower(): values.take(name) for name in sorted(_META)}
    return Meta(entitlement_key=MASK if key else "", entitlement_data_required=required, other=values.rest(), **known)


def _evidence(element: "_Element", namespace: str, warnings: list[str]) -> Evidence:
    values = _Attributes(element, namespace, warnings)
    text = values.take("date")
    match = _DAY.match(text)
    try:
        day = date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        day = None
    if text and day is None:
        warnings.append(f"Evidence date '{text[:40]}' is not a date")
    return Evidence(found_on=day, device_id=values.take("deviceId"))


def _files(collections: list["_Element"]) -> int:
    return sum(1 for element in collections for child in element.iter("{*}*") if local_name(child) == "File")
