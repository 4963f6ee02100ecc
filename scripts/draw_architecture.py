"""Draw the packages and what they import: ``python -m scripts.draw_architecture``.

Rows are the layers of the import contract in pyproject.toml, arrows what grimp finds in the code. An import
that others imply (of what an imported package imports itself) is left out, or nothing could be seen.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final

import grimp

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT: Final = Path(__file__).resolve().parents[1]
PICTURE: Final = ROOT / "docs" / "architecture.svg"
HOSTS: Final = ("napari_bac", "BACSegmentationLib")
_SHOWN_AS: Final = {"BACSegmentationLib": "slicer_bac_extension"}
_UTILITIES: Final = 5
"""The lowest layers are imported by nearly all: they are drawn without arrows."""
_BOX_WIDTH, _BOX_HEIGHT, _ROW, _GAP, _WIDTH, _MARGIN = 150, 30, 66, 26, 980, 24
_STYLE: Final = """
text { font: 13px system-ui, sans-serif; fill: #ffffff; text-anchor: middle; dominant-baseline: central; }
rect { fill: #3a7085; }
.host rect { fill: #b4622a; }
.base rect { fill: #7d929b; }
path { fill: none; stroke: #8fa3ad; stroke-width: 1.2; stroke-opacity: 0.75; }
.note { fill: #7d929b; font-size: 12px; text-anchor: start; }
"""


def layers() -> list[tuple[str, ...]]:
    """Packages of the engine from high to low; those of one layer do not import each other."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (engine,) = (one for one in contracts if one["name"].startswith("The engine, from"))
    rows = [tuple(name.strip() for name in row.split(" : ")) for row in engine["layers"]]
    return [row for row in rows if row != ("__main__",)]


def imports(packages: Sequence[str]) -> dict[str, set[str]]:
    """What each package imports, without what others imply."""
    sys.path.insert(0, str(ROOT / "slicer_bac_extension" / "BACSegmentation"))
    graph = grimp.build_graph("shared_core", *HOSTS, cache_dir=None)
    whole = {name: name if name in HOSTS else f"shared_core.{name}" for name in packages}
    direct: dict[str, set[str]] = {name: set() for name in packages}
    members = {name: {module, *graph.find_descendants(module)} for name, module in whole.items()}
    home = {module: name for name, modules in members.items() for module in modules}
    for name, modules in members.items():
        for module in modules:
            direct[name] |= {
                home[one] for one in graph.find_modules_directly_imported_by(module) if one in home
            }
        direct[name].discard(name)
    return {name: _not_implied(name, direct) for name in packages}


def _not_implied(name: str, direct: Mapping[str, set[str]]) -> set[str]:
    return {
        one
        for one in direct[name]
        if not any(one in _reached(other, direct) for other in direct[name] - {one})
    }


def _reached(name: str, direct: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    left = [name]
    while left:
        new = direct[left.pop()] - found
        found |= new
        left += new
    return found


def drawn() -> str:
    """The picture as SVG."""
    rows = [HOSTS, *layers()]
    names = [name for row in rows for name in row]
    base = {name for row in rows[-_UTILITIES:] for name in row}
    places = {
        name: (
            (_WIDTH - len(row) * (_BOX_WIDTH + _GAP) + _GAP) / 2 + i * (_BOX_WIDTH + _GAP),
            _MARGIN + number * _ROW,
        )
        for number, row in enumerate(rows)
        for i, name in enumerate(row)
    }
    height = _MARGIN * 2 + (len(rows) - 1) * _ROW + _BOX_HEIGHT
    arrows = [
        _arrow(places[name], places[other], lane, _half_width_between(rows, name, other))
        for name, found in imports(names).items()
        if name not in base
        for lane, other in enumerate(sorted(found - base, key=names.index))
    ]
    boxes = [
        _box(name, places[name], "host" if name in HOSTS else "base" if name in base else "")
        for name in names
    ]
    note = f'<text class="note" x="{_MARGIN}" y="{places[rows[-_UTILITIES][0]][1] - 18}">used by all:</text>'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}">',
            "<title>Packages of OpenBAC from high to low, and what they import</title>",
            f"<style>{_STYLE}</style>",
            *arrows,
            *boxes,
            note,
            "</svg>\n",
        ]
    )


def _box(name: str, place: tuple[float, float], kind: str) -> str:
    x, y = place
    words = escape(_SHOWN_AS.get(name, name))
    return (
        f'<g class="{kind}"><rect x="{x:g}" y="{y:g}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="4"/>'
        f'<text x="{x + _BOX_WIDTH / 2:g}" y="{y + _BOX_HEIGHT / 2:g}">{words}</text></g>'
    )


def _half_width_between(rows: Sequence[tuple[str, ...]], above: str, below: str) -> float:
    """Of the widest row that an arrow passes."""
    first, last = (next(i for i, row in enumerate(rows) if name in row) for name in (above, below))
    return max((len(row) * (_BOX_WIDTH + _GAP) / 2 for row in rows[first + 1 : last]), default=0.0)


def _arrow(start: tuple[float, float], end: tuple[float, float], lane: int, half_width: float) -> str:
    """A curve from below one box to above another; around the boxes between them where there are some."""
    x1, y1 = start[0] + _BOX_WIDTH / 2, start[1] + _BOX_HEIGHT
    x2, y2 = end[0] + _BOX_WIDTH / 2, end[1]
    rows = round((y2 - y1 + _BOX_HEIGHT) / _ROW)
    if rows <= 1:
        middle = (y1 + y2) / 2
        return f'<path d="M{x1:g} {y1:g} C{x1:g} {middle:g} {x2:g} {middle:g} {x2:g} {y2:g}"/>'
    side = 1 if (x1 + x2) / 2 > _WIDTH / 2 or (x1 == x2 and lane % 2 == 0) else -1
    out = _WIDTH / 2 + side * (half_width + 14 + 13 * rows)
    leaving = f"{x1 + side * 40:g} {y1 + 34:g} {out:g} {y1 + 20:g} {out:g} {(y1 + y2) / 2:g}"
    arriving = f"{out:g} {y2 - 20:g} {x2 + side * 40:g} {y2 - 34:g} {x2:g} {y2:g}"
    return f'<path d="M{x1:g} {y1:g} C{leaving} C{arriving}"/>'


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
