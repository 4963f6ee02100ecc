"""Whose a picture without a header is: by the name of its file, or of its folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from shared_core.reading.content import names_beside
from shared_core.reading.kinds import OWN_ENDINGS, image_stem, is_named_as_image
from shared_core.reading.projection_names import named_projection

_PROCESSING: Final = r"(for[ _.-]*)?(raw|proc|processed|processing|pres|presentation)"
_AT_THE_ENDS: Final = re.compile(
    rf"^{_PROCESSING}(?![A-Za-z0-9])[ _.,-]*|[ _.,-]*(?<![A-Za-z0-9]){_PROCESSING}$", re.I
)
_COUNT: Final = re.compile(r"(im|img|image|file|scan)?[ _-]*\d+", re.I)
_FROM_FILE: Final = "the file name"
_FROM_FOLDER: Final = "the folder name"


def named_patient(path: Path) -> tuple[str, str]:
    """The patient whom names tell, and which name tells it, in words.

    It is the file name without the view and without words on processing. Files named by these alone are of
    their folder; so are all files of a folder that are only counted on beside views that do not repeat.
    """
    stem = image_stem(path)
    rest = _rest(stem)
    folder = path.absolute().parent.name
    if folder and (not rest or (_COUNT.fullmatch(rest) and _only_counted(path))):
        return folder, _FROM_FOLDER
    return rest or stem, _FROM_FILE


def patient_beside_view(name: str) -> str:
    """The patient whom the name of an image tells beside its view; empty where it tells neither or one."""
    stem = image_stem(Path(name)) if is_named_as_image(name) else name
    return _rest(stem) if named_projection(stem).view is not None else ""


def _rest(stem: str) -> str:
    named = named_projection(stem)
    return _AT_THE_ENDS.sub("", named.rest) if named.view is not None else named.rest


def _only_counted(path: Path) -> bool:
    """Whether all pictures of the folder are views of one set, counted on from one to the next.

    Two of them may as well be of two women with numbers, who must not become one.
    """
    views, counts = set(), set()
    for name in names_beside(path):
        is_own = name.startswith(".") or name.lower().endswith(OWN_ENDINGS)
        if is_own or not is_named_as_image(name):
            continue
        stem = image_stem(Path(name))
        named, count = named_projection(stem), _rest(stem)
        view = named.view, named.laterality, named.modifiers
        if None in view or not _COUNT.fullmatch(count) or view in views:
            return False
        views.add(view)
        counts.add(int(re.sub(r"\D", "", count)))
    return len(views) > 2 and len(counts) == len(views) == max(counts) - min(counts) + 1
