"""The script that makes an inventory fit to be shown leaves nothing private in it."""

import importlib.util
import re
from datetime import date
from types import ModuleType

from lxml import etree

from tests.example.tables import ESTATE

PRIVATE = """<?xml version="1.0" encoding="UTF-8"?>
<REQUEST><CONTENT>
  <ACCESSLOG><LOGDATE>2026-11-24 20:15:48</LOGDATE><USERID>grace</USERID></ACCESSLOG>
  <BIOS><SMODEL>PowerEdge R750</SMODEL><SSN>7XK2M43</SSN></BIOS>
  <CPUS><NAME>AMD EPYC</NAME><CORE>2</CORE><SERIAL>c0ffee</SERIAL></CPUS>
  <DRIVES><TYPE>/home/grace</TYPE></DRIVES>
  <ENVS><KEY>PASSWORD</KEY><VAL>hunter2</VAL></ENVS>
  <HARDWARE><NAME>grace-pc</NAME><OSNAME>Debian</OSNAME><IPADDR>192.0.2.7</IPADDR><UUID>4c4c4544</UUID></HARDWARE>
  <LOCAL_USERS><LOGIN>grace</LOGIN></LOCAL_USERS>
  <NETWORKS><MACADDR>52:54:00:12:34:56</MACADDR></NETWORKS>
  <OPERATINGSYSTEM><FULL_NAME>Debian</FULL_NAME><FQDN>grace-pc.corp.example</FQDN></OPERATINGSYSTEM>
  <PROCESSES><CMD>mysql -phunter2</CMD></PROCESSES>
  <SOFTWARES><NAME>adduser</NAME><VERSION>3.134</VERSION><FROM>deb</FROM><USERNAME>grace</USERNAME></SOFTWARES>
  <UNHEARD_OF><ANY>grace</ANY></UNHEARD_OF>
  <USERS><LOGIN>grace</LOGIN></USERS>
</CONTENT><DEVICEID>grace-pc-2026-11-24-20-15-47</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>
"""


def script() -> ModuleType:
    """Load the script from its place beside the estate."""
    path = ESTATE.parent / "strip_inventory.py"
    spec = importlib.util.spec_from_file_location("strip_inventory", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_only_what_counting_reads_is_left_under_another_name_and_day() -> None:
    text = script().strip(PRIVATE.encode(), name="build-01", day=date(2026, 6, 29)).decode()
    leaves = [e.text for e in etree.fromstring(text.encode()).iter() if len(e) == 0]
    assert leaves == [
        "2026-06-29 06:00:00", "PowerEdge R750", "2", "AMD EPYC", "build-01", "Debian", "Debian", "deb", "adduser",
        "3.134", "build-01-2026-06-29-06-00-00", "INVENTORY",
    ]  # fmt: skip


def test_the_inventory_of_the_example_is_stripped_already() -> None:
    path = ESTATE / "inventory" / "agents" / "build-01.xml"
    data = path.read_bytes()
    assert script().strip(data, name="build-01", day=date(2026, 6, 29)) == data


def test_no_address_of_a_person_or_a_machine_is_in_the_estate() -> None:
    files = [p for p in sorted(ESTATE.rglob("*")) if p.is_file() and not {"out", ".trueup"} & set(p.parts)]
    assert ESTATE / "inventory" / "people.csv" in files
    for path in files:
        text = path.read_text("utf-8")
        assert set(re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", text)) <= {"lindwerk.example"}, path
        assert not re.search(r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b", text, re.IGNORECASE), path
