"""Hosts whose guests need sets of several releases."""

from datetime import date
from pathlib import Path

from sam.engine import check, load_workspace

CATALOG = """
publisher: {id: acme, name: Acme}
products:
  - id: acme/host-os
    name: Acme Host OS
    editions: [{id: standard, rank: 1}, {id: datacenter, rank: 2}]
    releases: [{version: "2019", released: 2018-10-02}, {version: "2022", released: 2021-09-01}]
    titles: [{regex: '^Acme Host OS$'}]
"""
TERMS = """
- id: acme/host-os/core
  product: acme/host-os
  metric: core
  count: {subject: host, cores: physical, minimum: {processor: 8, server: 16}}
  grants:
    - {edition: standard, gives: os-instance, slots: 2}
    - {edition: datacenter, gives: os-instance, slots: unlimited}
  source: {title: Made up for tests, section: "1", read: 2026-01-15}
"""
DEVICES = """
device_id,kind,sockets,cores,host_id,host_role
H,host,1,32,,virtualization-only
V1,virtual-machine,,,H,
V2,virtual-machine,,,H,
V3,virtual-machine,,,H,
"""
SOFTWARE = """
device_id,publisher,name,version,edition
V1,Acme,Acme Host OS,2019,datacenter
V2,Acme,Acme Host OS,2022,datacenter
V3,Acme,Acme Host OS,2022,standard
"""


def test_unlimited_sets_of_two_releases_are_both_needed_where_there_is_no_downgrade(tmp_path: Path) -> None:
    files = {"catalog/a.yaml": CATALOG, "terms/a.yaml": TERMS, "devices.csv": DEVICES, "software.csv": SOFTWARE}
    for place, text in files.items():
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(text.lstrip(), encoding="utf-8")

    run = check(load_workspace(tmp_path), as_of=date(2026, 6, 30), write=False)

    # nothing is owned: 32 cores of Datacenter 2019 for V1, 32 of Datacenter 2022 for V2 and V3
    demand = {p.version: p.solved for p in run.positions if p.edition == "datacenter" and p.solved}
    assert demand == {"2019": 32, "2022": 32}
    assert run.summary.true_up_unpriced_units == 64
