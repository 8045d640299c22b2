"""What an inventory says about the machine: physical or virtual, what kind, its processors, its names."""

import re
from typing import Final, NamedTuple

from sam.inventory.sections import Item, Sections

_CONTAINERS: Final = frozenset({
    "docker", "podman", "lxc", "lxd", "openvz", "virtuozzo", "systemd-nspawn", "kubernetes", "containerd", "bsdjail",
    "freebsdjail", "solariszone", "linux_vserver", "wsl",
})  # fmt: skip
_VIRTUAL_SIGNS = re.compile(
    r"vmware|virtualbox|innotek|qemu|\bkvm\b|bochs|\bxen\b|hvm domu|virtual machine|virtual platform|parallels|"
    r"openstack|ovirt|\brhev\b|google compute engine|amazon ec2|bhyve|nutanix"
)
_HYPERVISORS = re.compile(r"\besxi?\b|vmware esx|hyper-v server|xenserver|xcp-ng|proxmox|nutanix ahv|ovirt node", re.I)
_LAPTOPS: Final = frozenset({
    "notebook", "laptop", "portable", "sub notebook", "convertible", "detachable", "tablet", "hand held",
    "docking station",
})  # fmt: skip
_DESKTOPS: Final = frozenset({
    "desktop", "low profile desktop", "pizza box", "mini tower", "tower", "all in one", "all-in-one", "space-saving",
    "lunch box", "mini pc", "stick pc",
})  # fmt: skip
_SERVERS: Final = frozenset({
    "main server chassis", "main system chassis", "rack mount chassis", "server", "blade", "blade enclosure",
    "raid chassis", "multi-system", "multi-system chassis", "rack mount", "blade enclosing",
})  # fmt: skip
_MODELS: Final = (
    (re.compile(r"macbook|thinkpad|latitude|elitebook|probook|notebook", re.I), "laptop"),
    (re.compile(r"imac|macmini|mac mini|macpro|optiplex|thinkcentre|elitedesk|prodesk", re.I), "workstation"),
    (re.compile(r"poweredge|proliant|thinksystem|primergy|ucs[bc]-|system x\d|xserve", re.I), "server"),
)
_NO_DOMAINS: Final = frozenset({
    "workgroup", "mshome", "arbeitsgruppe", "groupe", "local", "localdomain", "home", "lan", "(none)", "none", "n/a",
})  # fmt: skip
_NOT_A_GUEST: Final = frozenset({"docker", "podman", "lxc", "lxd", "jail", "solaris zone", "systemd-nspawn"})


class Kind(NamedTuple):
    """The kind of machine, and why it may not be so."""

    word: str
    """A device kind, "" when nothing tells."""
    doubt: str = ""


class Processors(NamedTuple):
    """What the processors add up to, for the machine the agent sees."""

    model: str = ""
    sockets: int | None = None
    cores: int | None = None
    threads: int | None = None


def machine_kind(sections: Sections, itemtype: str, os_name: str) -> Kind:
    """Tell the kind of machine. Virtual, physical or unknown: `Physical` alone proves nothing.

    Agents in a virtual machine without firmware tables say `Physical`; the word counts only beside a model, a chassis
    or a serial number. Signs of a hypervisor in the firmware's names weigh more than the word.
    """
    bios, hardware = sections.first("BIOS"), sections.first("HARDWARE")
    told = hardware.text("VMSYSTEM").casefold()
    if itemtype.casefold() == "phone" or "android" in os_name.casefold():
        return Kind("mobile")
    if told in _CONTAINERS:
        return Kind("container")
    names = " ".join(bios.text(name) for name in ("SMANUFACTURER", "SMODEL", "BMANUFACTURER", "SSN")).casefold()
    sign = _VIRTUAL_SIGNS.search(names)
    if sign and ".metal" not in names:
        doubt = f"VMSYSTEM says Physical, but the firmware names {sign[0]}: taken as virtual"
        return Kind("virtual-machine", doubt if told == "physical" else "")
    if told not in {"", "physical"}:
        return Kind("virtual-machine")
    chassis = hardware.text("CHASSIS_TYPE") or bios.text("TYPE")
    model = bios.text("SMODEL", "MMODEL")
    if not (chassis or model or bios.text("SSN")):
        doubt = "VMSYSTEM says Physical without model, chassis or serial number: physical or virtual is not known"
        return Kind("", doubt if told else "")
    return Kind(_physical_kind(sections, chassis.casefold(), model, os_name))


def _physical_kind(sections: Sections, chassis: str, model: str, os_name: str) -> str:
    if _HYPERVISORS.search(os_name):
        return "host"
    is_server = chassis in _SERVERS or "server" in os_name.casefold()
    if is_server and any(is_guest(item) for item in sections.all("VIRTUALMACHINES")):
        return "host"
    if is_server:
        return "server"
    if chassis in _LAPTOPS:
        return "laptop"
    by_model = next((kind for pattern, kind in _MODELS if pattern.search(model)), "")
    return by_model or ("workstation" if chassis in _DESKTOPS else "")


def is_guest(item: Item) -> bool:
    """True for a virtual machine, false for a container that the host lists beside them."""
    return not {item.text("VMTYPE").casefold(), item.text("SUBSYSTEM").casefold()} & _NOT_A_GUEST


def count_processors(sections: Sections) -> Processors:
    """Add up sockets, cores and threads; None where the file does not tell for every processor.

    FusionInventory and GLPI write one CPUS record a socket with CORE (enabled cores) and THREAD (all logical
    processors of the socket; where it is less than CORE it was written per core). OCS writes CORES per socket, NBSOCKET
    and LOGICAL_CPUS of the machine. A record without name and cores is an empty socket.
    """
    cpus = [c for c in sections.all("CPUS") if c.text("NAME", "TYPE") or c.number("CORE", "CORES")]
    if not cpus:
        hardware = sections.first("HARDWARE")
        return Processors(hardware.text("PROCESSORT"), hardware.number("PROCESSORN") or None)
    model = cpus[0].text("NAME", "TYPE")
    if any("NBSOCKET" in c.fields or "LOGICAL_CPUS" in c.fields for c in cpus):
        return _count_ocs(cpus, model)
    cores = [c.number("CORE", "CORES") or None for c in cpus]
    threads = [_threads(c.number("CORE", "CORES"), c.number("THREAD", "THREADS")) for c in cpus]
    return Processors(model, len(cpus), _sum(cores), _sum(threads))


def _count_ocs(cpus: list[Item], model: str) -> Processors:
    per_socket = [c.number("CORES") or None for c in cpus]
    logical = max((c.number("LOGICAL_CPUS") or 0 for c in cpus), default=0) or None
    if len(cpus) > 1:
        return Processors(model, len(cpus), _sum(per_socket), logical)
    sockets = cpus[0].number("NBSOCKET") or 1
    cores = per_socket[0] * sockets if per_socket[0] else None
    if cores and logical and cores > logical:
        cores = per_socket[0]  # CORES was that of the machine: there cannot be more cores than logical processors
    return Processors(model, sockets, cores, logical)


def _threads(cores: int | None, threads: int | None) -> int | None:
    if not threads:
        return None
    return cores * threads if cores and threads < cores else threads


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def host_names(sections: Sections) -> tuple[str, str]:
    """Return the short host name and its domain; workgroup words and `.local` are no domain."""
    system, hardware = sections.first("OPERATINGSYSTEM"), sections.first("HARDWARE")
    name, _, rest = hardware.text("NAME").partition(".")
    _, _, of_fqdn = system.text("FQDN").partition(".")
    candidates = (system.text("DNS_DOMAIN"), of_fqdn, rest, hardware.text("WORKGROUP", "USERDOMAIN"))
    domain = next((c for c in candidates if c.casefold() not in _NO_DOMAINS and c), "")
    return name.strip(), domain


def hardware_addresses(sections: Sections) -> tuple[str, ...]:
    """Return the MAC addresses, normalised, without the loopback's zeros."""
    found = {m for item in sections.all("NETWORKS") for m in split_macs(item.text("MACADDR", "MAC"))}
    return tuple(sorted(found))


_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}")


def split_macs(text: str) -> tuple[str, ...]:
    """Return every MAC address in a cell, lower case with colons; all zeros are none."""
    found = (match.replace("-", ":") for match in _MAC.findall(text.casefold()))
    return tuple(dict.fromkeys(mac for mac in found if mac != "00:00:00:00:00:00"))
