"""A small workspace with most of what the relational stages tell apart."""

import csv
from pathlib import Path

DEVICES = """
device_id,kind,sockets,cores,vcpus,host_id,host_role,primary_user_id,country,lifecycle,environment
PC1,laptop,1,4,,,,ann,DE,in-use,production
PC2,laptop,1,4,,,,bob,FR,in-use,production
PC3,laptop,1,4,,,,ann,DE,retired,production
H1,host,2,32,,,virtualization-only,,DE,in-use,production
VM1,virtual-machine,,,4,H1,,,DE,in-use,production
VM2,virtual-machine,,,4,H1,,,DE,in-use,test
VM3,virtual-machine,,,4,,,,DE,in-use,production
S1,server,2,24,,,,,DE,in-use,production
"""
SOFTWARE = """
device_id,publisher,name,version,edition,last_used,user_id
PC1,Acme,Acme Sketch,10,,2026-01-01,
PC1,Acme,Acme Sketch,9,,,
PC2,Acme,Acme Sketch,9,,2026-06-29,
PC2,Acme,Acme Sketch,9,,2026-06-30,ann
PC3,Acme,Acme Sketch,9,,,
PC1,Acme,Acme Works,2024,,,
PC1,Acme,Acme Draft,2024,,,
VM1,Acme,Acme Host OS,2022,standard,,
VM2,Acme,Acme Host OS,2022,standard,,
VM3,Acme,Acme Host OS,2022,standard,,
H1,Acme,Acme Host OS,2022,datacenter,,
S1,Acme,Acme Host OS,2022,standard,,
S1,Acme,Acme Base,5,developer,,
VM2,Acme,Acme Base,5,developer,,
GONE,Acme,Acme Draft,2024,,,
PC2,Nobody,Some unknown thing,1,,,
PC1,Acme,Acme Sketch Language Pack,10,,,
"""
SEATS = "user_id,product\nann,acme/board\nbob,acme/board\n"
ENTITLEMENTS = """
entitlement_id,product,metric,quantity,version,edition,rights,scope,unit_price
E1,acme/sketch,device,1,10,,downgrade,country:DE,100
E2,acme/sketch,user,1,,,,,150
E3,acme/host-os,core,32,2022,standard,,,20
E4,acme/works,device,1,2024,,,,400
E5,acme/board,seat,1,,,,,60
"""
CATALOG = """
publisher: {id: acme, name: Acme}
products:
  - id: acme/sketch
    name: Acme Sketch
    releases: [{version: "9", released: 2020-01-01}, {version: "10", released: 2024-01-01}]
    titles: [{regex: '^Acme Sketch$'}]
  - id: acme/draft
    name: Acme Draft
    releases: [{version: "2024", released: 2024-02-01}]
    titles: [{regex: '^Acme Draft$'}]
  - id: acme/works
    name: Acme Works
    releases: [{version: "2024", released: 2024-10-01}]
    suite: [acme/draft]
    titles: [{regex: '^Acme Works$'}]
  - {id: acme/board, name: Acme Board, titles: [{regex: '^Acme Board$'}]}
  - id: acme/host-os
    name: Acme Host OS
    editions: [{id: standard, rank: 1}, {id: datacenter, rank: 2}]
    releases: [{version: "2022", released: 2021-09-01}]
    titles: [{regex: '^Acme Host OS$'}]
  - id: acme/base
    name: Acme Base
    editions: [{id: developer, class: free, environments: [development, test]}, {id: full, rank: 1}]
    titles: [{regex: '^Acme Base$'}]
"""
TERMS = """
- id: acme/host-os/core
  product: acme/host-os
  metric: core
  count: {subject: host, cores: physical, minimum: {processor: 8, server: 16}}
  grants:
    - {edition: standard, gives: os-instance, slots: 2}
    - {edition: datacenter, gives: os-instance, slots: unlimited}
  rights: [downgrade]
  source: {title: Made up for tests, section: "1", read: 2026-01-15}
"""


def write_small(folder: Path) -> Path:
    """Write the workspace and return its folder."""
    tables = {"devices": DEVICES, "software": SOFTWARE, "seats": SEATS, "entitlements": ENTITLEMENTS}
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text.lstrip(), encoding="utf-8")
    for place, text in (("catalog/acme.yaml", CATALOG), ("terms/acme.yaml", TERMS)):
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text(text.lstrip(), encoding="utf-8")
    return folder


def raw_software() -> list[dict[str, str]]:
    """Return the software rows as the csv module reads them."""
    return list(csv.DictReader(SOFTWARE.strip().splitlines()))
