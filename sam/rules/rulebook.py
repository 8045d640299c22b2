"""Every rule, by code. A new rule is one file and one name in this list."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sam.rules.compliance.pos001_shortfall import shortfall
from sam.rules.compliance.pos002_expired import expired
from sam.rules.compliance.pos003_unknown import unknown_demand
from sam.rules.compliance.pos004_unpriced import unpriced_shortfall
from sam.rules.data_quality.dat001_unknown_titles import unknown_titles
from sam.rules.data_quality.dat002_no_cores import no_cores
from sam.rules.data_quality.dat003_stale_devices import stale_devices
from sam.rules.data_quality.dat004_no_paper import no_paper
from sam.rules.data_quality.dat005_input_errors import input_errors
from sam.rules.data_quality.dat006_no_rate import no_rate
from sam.rules.data_quality.wav001_expired_waiver import expired_waiver
from sam.rules.overspend.ovr001_surplus import surplus
from sam.rules.overspend.ovr002_double import double_coverage
from sam.rules.overspend.ovr003_unused import unused_installations
from sam.rules.overspend.ovr004_retired import retired_devices
from sam.rules.overspend.ovr005_leavers import leavers_with_seats
from sam.rules.overspend.ovr006_idle_seats import idle_seats
from sam.rules.registry import Rule
from sam.rules.renewal.ren001_notice_near import notice_near
from sam.rules.renewal.ren002_notice_missed import notice_missed
from sam.rules.renewal.ren003_renew_fewer import renew_fewer
from sam.rules.renewal.ren004_no_owner import no_owner

_ALL: Final = (
    shortfall, expired, unknown_demand, unpriced_shortfall,
    surplus, double_coverage, unused_installations, retired_devices, leavers_with_seats, idle_seats,
    notice_near, notice_missed, renew_fewer, no_owner,
    unknown_titles, no_cores, stale_devices, no_paper, input_errors, no_rate, expired_waiver,
)  # fmt: skip

RULES: Final[Mapping[str, Rule]] = MappingProxyType({each.code: each for each in _ALL})
