"""The words of purchase lines and price lists say product, edition and version, as installed titles do."""

import pytest

from sam.catalog.editions import mentioned_edition
from sam.catalog.load import LoadedCatalog, load_catalog
from sam.catalog.recognize import recognize
from sam.model import Recognition, State, Title

CATALOG = load_catalog()


def one(name: str, publisher: str = "", catalog: LoadedCatalog = CATALOG, **fields: str) -> Recognition:
    return recognize(catalog, [Title(name, publisher, **fields)])[0]


LINES = [
    ("vSphere Standard", "VMware", "vmware/vsphere", "standard", ""),
    ("vSphere Standard", "Broadcom", "vmware/vsphere", "standard", ""),
    ("vSphere 8 Enterprise Plus", "VMware", "vmware/vsphere", "enterprise-plus", "8.0"),
    ("SQL Server Standard", "Microsoft", "microsoft/sql-server", "standard", ""),
    ("SQL Server Enterprise Core 2022", "Microsoft", "microsoft/sql-server", "enterprise", "2022"),
    ("SQL Server 2019 Std", "Microsoft", "microsoft/sql-server", "standard", "2019"),
    ("Windows Server Datacenter 2022", "Microsoft", "microsoft/windows-server", "datacenter", "2022"),
    ("Windows Server 2012 R2 Standard", "Microsoft", "microsoft/windows-server", "standard", "2012 R2"),
    ("Office LTSC Standard 2021", "Microsoft", "microsoft/office-standard", "", "2021"),
    ("Microsoft 365 E3", "Microsoft", "microsoft/m365-e3", "", ""),
    ("Microsoft 365 Apps for enterprise", "Microsoft", "microsoft/m365-apps", "enterprise", ""),
    ("Acrobat Pro", "Adobe", "adobe/acrobat", "pro", ""),
    ("Acrobat Pro DC", "Adobe", "adobe/acrobat", "pro", "DC"),
    ("Creative Cloud All Apps", "Adobe", "adobe/creative-cloud", "", ""),
    ("AutoCAD LT 2025", "Autodesk", "autodesk/autocad-lt", "", "2025"),
    ("IntelliJ IDEA Ultimate", "JetBrains", "jetbrains/intellij-idea", "ultimate", ""),
    ("PyCharm Professional", "JetBrains", "jetbrains/pycharm", "professional", ""),
    ("All Products Pack", "JetBrains", "jetbrains/all-products-pack", "", ""),
    ("Oracle Database Enterprise Edition", "Oracle", "oracle/database", "ee", ""),
    ("Database Standard Edition 2", "Oracle", "oracle/database", "se2", ""),
    ("Visio Professional 2021", "Microsoft", "microsoft/visio", "professional", "2021"),
    ("Visio Plan 2", "Microsoft", "microsoft/visio", "professional", ""),
    ("Project Standard 2019", "Microsoft", "microsoft/project", "standard", "2019"),
    ("Project Plan 3", "Microsoft", "microsoft/project", "professional", ""),
    ("Visual Studio Enterprise with MSDN", "Microsoft", "microsoft/visual-studio", "enterprise", ""),
    ("Visual Studio Professional Subscription", "Microsoft", "microsoft/visual-studio", "professional", ""),
    ("Exchange Server Standard 2019", "Microsoft", "microsoft/exchange-server", "standard", "2019"),
    ("vCenter Server Standard", "VMware", "vmware/vcenter", "standard", ""),
    ("ColdFusion Enterprise 2023", "Adobe", "adobe/coldfusion", "enterprise", "2023"),
]


@pytest.mark.parametrize(("name", "publisher", "product", "edition", "version"), LINES)
def test_a_purchase_line_names_product_edition_and_version(
    name: str, publisher: str, product: str, edition: str, version: str
) -> None:
    found = one(name, publisher)
    assert (found.state, found.product, found.edition, found.version) == (State.LICENSABLE, product, edition, version)


@pytest.mark.parametrize("name", ["Visio Professional 2021", "Project Standard 2019", "SQL Server Standard 2022"])
def test_a_line_without_publisher_is_known_by_several_words(name: str) -> None:
    found = one(name)
    assert found.product.startswith("microsoft/")
    assert found.edition
    assert found.version in name


@pytest.mark.parametrize(
    ("name", "publisher"),
    [
        ("SQL Server Standard User CAL", "Microsoft"),
        ("SQL Server 2022 Device CAL", "Microsoft"),
        ("Windows Server 2022 Standard User CAL", "Microsoft"),
        ("Windows Server Standard Extended Security Updates", "Microsoft"),
        ("SQL Server Standard Contoso Bundle", "Microsoft"),
        ("SQL Server 1999 Standard", "Microsoft"),
        ("SQL Server Standard", "Contoso"),
        ("Word 2021", ""),
        ("Project Standard", ""),
        ("Sketch " * 200, "Microsoft"),
    ],
)
def test_a_line_that_says_more_or_something_else_is_not_guessed(name: str, publisher: str) -> None:
    assert one(name, publisher).product == ""


def test_the_rule_of_a_purchase_line_is_the_products_name() -> None:
    found = one("ColdFusion Enterprise 2023", "Adobe")
    assert (found.rule, found.matched) == ("adobe/coldfusion#name", "ColdFusion Enterprise 2023")


def test_no_name_of_a_product_swallows_an_edition() -> None:
    """A name that tables resolve at once is asked for no edition: one that names an edition would lose it."""
    swallowed = {
        name: product
        for name, products in CATALOG.names.items()
        for product in products
        if mentioned_edition(CATALOG.editions.get(product, {}), name) and CATALOG.catalog_id(name) == product
    }
    assert swallowed == {}


SYSTEMS = [
    ("Windows Server 2019 Standard", "microsoft/windows-server", "standard", "2019", State.LICENSABLE),
    ("Microsoft Windows Server 2022 Datacenter", "microsoft/windows-server", "datacenter", "2022", State.LICENSABLE),
    ("Windows 11 Pro", "microsoft/windows", "pro", "11", State.LICENSABLE),
    ("Windows 10 Enterprise", "microsoft/windows", "enterprise", "10", State.LICENSABLE),
    ("Microsoft Windows 11 Pro for Workstations", "microsoft/windows", "pro", "11", State.LICENSABLE),
    ("Microsoft Windows 10 Pro 10.0.19045", "microsoft/windows", "pro", "10", State.LICENSABLE),
    ("Debian GNU/Linux 12", "linux/debian", "", "12", State.FREE),
    ("Ubuntu 22.04.4 LTS", "linux/ubuntu", "", "22.04", State.FREE),
    ("Rocky Linux 9.4 (Blue Onyx)", "linux/rocky", "", "9", State.FREE),
    ("Red Hat Enterprise Linux 9.4", "redhat/enterprise-linux", "", "9", State.LICENSABLE),
    ("Red Hat Enterprise Linux Server 7.9", "redhat/enterprise-linux", "server", "7", State.LICENSABLE),
    ("VMware ESXi 8.0.2", "vmware/vsphere", "", "8.0", State.LICENSABLE),
    ("macOS 14.5", "apple/macos", "", "14.5", State.FREE),
    ("macOS Sonoma 14.5", "apple/macos", "", "14.5", State.FREE),
    ("SUSE Linux Enterprise Server 15 SP5", "suse/linux-enterprise-server", "", "15", State.LICENSABLE),
    ("Oracle Linux Server 8.9", "oracle/linux", "", "8", State.FREE),
]


@pytest.mark.parametrize(("name", "product", "edition", "version", "state"), SYSTEMS)
def test_operating_systems_of_devices_are_recognised(
    name: str, product: str, edition: str, version: str, state: State
) -> None:
    found = one(name, kind="operating-system")
    assert (found.product, found.edition, found.version, found.state) == (product, edition, version, state)
    assert found.license_class == ("free" if state is State.FREE else "paid")
