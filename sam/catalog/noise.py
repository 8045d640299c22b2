"""Titles that need no license of their own, whoever publishes them: patches, language packs, runtimes, drivers.

These rules are general; a product rule of the catalog that spells the same word (`Driver`, `Runtime`) goes first.
"""

import re
from dataclasses import dataclass

from sam.model.products import State


@dataclass(frozen=True, slots=True)
class NoiseRule:
    """A general rule: `id` is shown by `explain`."""

    id: str
    state: State
    regex: re.Pattern[str]


def _rule(name: str, state: State, *patterns: str) -> NoiseRule:
    return NoiseRule(name, state, re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE))


NOISE: tuple[NoiseRule, ...] = (
    _rule(
        "noise:patch", State.PATCH,
        r"\bKB\d{6,7}\b",
        r"^(?:security |critical |definition |cumulative |feature |compatibility |servicing stack )?updates? for\b",
        r"^(?:hotfix|patch|service pack|language pack update|fix pack)\b.{0,80}\bfor\b",
        r"^update rollup\b", r"\bhotfix\b", r"\bservice pack \d+ for\b", r"\bservice pack \d+$",
        r"\b(?:update|patch|fix) ?pack\b", r"\bcumulative update \d+\b",
        r"\bsecurity update\b",
    ),
    _rule(
        "noise:language", State.COMPONENT,
        r"\blanguage ?packs?\b", r"\blang(?:uage)? ?pack\b", r"\bMUI\b", r"\bproof(?:ing)?\b",
        r"\blanguage (?:interface|resource|experience|module|files)\b", r"\b(?:spelling )?dictionar(?:y|ies)\b",
        r"\blocali[sz]ation (?:pack|files)\b", r"\bsprachpaket\b", r"\bpack linguistique\b", r"\bmodule linguistique\b",
        r"\bspell(?:ing)? checker? dictionar", r"\bhelp pack\b",
    ),
    _rule(
        "noise:runtime", State.COMPONENT,
        r"\bredistributables?\b", r"\bredist\b",
        r"\brun-?times?(?: environment| librar(?:y|ies)| files| package| components?)?"
        r"(?=$|\s*(?:[(\d-]|for\b|LTS\b|x\d\d|v\d))", r"\bVCRedist\b",
        r"\b\.NET (?:Framework|Core|Host|Desktop|AppHost)\b", r"\bMSXML\b", r"\bWindowsAppRuntime\b",
        r"\bDirectX\b", r"\bmerge modules?\b",
    ),
    _rule(
        "noise:sdk", State.COMPONENT,
        r"\bSDKs?\b", r"\bsoftware development kit\b", r"\btargeting pack\b", r"\bdeveloper pack\b",
        r"\breference assemblies\b", r"\bheaders and libraries\b",
    ),
    _rule(
        "noise:driver", State.DRIVER,
        r"\bdrivers?\b", r"\bchipset\b", r"\bfirmware\b", r"\btreiber\b", r"\bpilote\b",
    ),
    _rule(
        "noise:component", State.COMPONENT,
        r"\bsetup metadata\b", r"\bshared (?:components?|features?|management objects)\b",
        r"\b(?:64|32)-bit components\b", r"\blicensing component\b", r"\bextensibility component\b",
        r"\blocali[sz]ation component\b", r"\bclick-to-run\b", r"\bsetup support files\b", r"\bclr types\b",
        r"\b(?:add-?in|plug-?in)s? (?:for|to)\b", r"\b(?:plug-?in|add-?in)$",
        r"\bprerequisites?\b", r"\bdocumentation\b", r"\bhelp (?:files|viewer|content)\b", r"\bsample (?:files|data)\b",
        r"\bupdate (?:service|helper|assistant|health tools)\b", r"\bmachine-wide installer$",
        r"\bweb components\b", r"\bwebfldrs\b", r"\bXML paper specification\b",
    ),
    _rule(
        "noise:store-package", State.COMPONENT,
        r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        r"^(?:Microsoft|MicrosoftWindows|Windows|MicrosoftCorporationII)\.[\w.]+$",
    ),
)  # fmt: skip

_ANY = re.compile(
    r"KB\d|updat|fix|patch|service pack|rollup|language|lang|MUI|proof|dictionar|locali[sz]ation|sprach|linguistique|"
    r"help|redist|run-?time|\.NET|MSXML|DirectX|merge|SDK|kit\b|pack|reference|headers|driver|chipset|firmware|treiber|"
    r"pilote|component|metadata|shared|click-to-run|support files|clr types|add-?in|add-?on|plug-?in|extension|"
    r"prerequisite|documentation|sample|installer|webfldrs|paper|-[0-9a-f]{4}-|^\w+\.\w+",
    re.IGNORECASE,
)
"""One pass that most titles fail, so that the rules are tried on few."""


def find_noise(name: str) -> tuple[NoiseRule, str] | None:
    """Return the first general rule that a cleaned title matches, and the text it matched on."""
    if not _ANY.search(name):
        return None
    for rule in NOISE:
        match = rule.regex.search(name)
        if match:
            return rule, match.group()
    return None
