"""PixelMed's context groups, cut down to what a check of given reports can ask for.

Its style sheet reads and indexes the whole table anew at every code that it looks up, which takes half a
minute a report. Groups that no template of the reports names are never asked for, and a code that no report
has never matches: leaving both out changes no answer.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

PLACE = "com/pixelmed/validate/DicomContextGroupsSource.xml"
_TEMPLATES = "com/pixelmed/validate/DicomSRDescriptionsCompiled.xsl"
_ROOTS = ("TID_4000", "TID_1500")


def write_context_groups(folder: Path, jar: Path, reports: Iterable[Path]) -> None:
    """Put the table into a folder that comes before `jar` on the class path."""
    values = {value for path in reports for value in _code_values(pydicom.dcmread(path))}
    path = folder / PLACE
    path.parent.mkdir(parents=True)
    groups = "".join(_with(group, values) for group in _groups(jar))
    path.write_text(f"<definecontextgroups>{groups}</definecontextgroups>", encoding="utf-8")


@cache
def _groups(jar: Path) -> tuple[str, ...]:
    """The groups that the templates name."""
    with zipfile.ZipFile(jar) as archive:
        style_sheet, table = (archive.read(name).decode("utf-8") for name in (_TEMPLATES, PLACE))
    bodies = {part.partition('"')[0]: part for part in style_sheet.split('<xsl:template name="')[1:]}
    reached: set[str] = set()
    waiting = list(_ROOTS)
    while waiting:
        name = waiting.pop()
        if name in bodies and name not in reached:
            reached.add(name)
            waiting += re.findall(r'call-template name="(TID[^"]*)"', bodies[name])
    named = {cid for name in reached for cid in re.findall(r"""CID" select="'([^']+)'\"""", bodies[name])}
    groups = re.findall(r"<definecontextgroup\b.*?</definecontextgroup>", table, re.DOTALL)
    return tuple(group for group in groups if _attribute(group, "cid") in named)


def _with(group: str, values: set[str]) -> str:
    """With these codes alone; the first one stays, as an empty group is an error in itself."""
    codes = re.findall(r"<contextgroupcode\b[^>]*/>", group)
    kept = codes[:1] + [code for code in codes[1:] if _attribute(code, "cv") in values]
    return f"{group[: group.index('>') + 1]}{''.join(kept)}</definecontextgroup>"


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}\s*=\s*"([^"]*)"', tag)
    return found[1] if found else ""


def _code_values(dataset: Dataset) -> Iterable[str]:
    for element in dataset:
        if element.keyword == "CodeValue":
            yield str(element.value)
        elif element.VR == "SQ":
            for item in element.value:
                yield from _code_values(item)
