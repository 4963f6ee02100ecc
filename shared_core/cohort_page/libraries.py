"""What the page runs on in the browser: files of installed packages, copied into it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final

from shared_core.errors import OpenBacError

_LIBRARIES: Final = {
    "tabulator.min.js": ("django-js-lib-tabulator", "js_lib_tabulator/static/tabulator/js/tabulator.min.js"),
    "tabulator.min.css": (
        "django-js-lib-tabulator",
        "js_lib_tabulator/static/tabulator/css/tabulator_simple.min.css",
    ),
    "plotly.min.js": ("plotly", "plotly/package_data/plotly.min.js"),
}
"""Name in the page, the Python package that ships it, and where it is in there."""


def library_files() -> dict[str, Path]:
    """Where each library of the page is installed, by its name in the page.

    Raises
    ------
    OpenBacError
        One of the packages is not installed, or ships it no more.
    """
    found = {}
    for name, (package, place) in _LIBRARIES.items():
        try:
            ours = next((one for one in files(package) or () if one.as_posix() == place), None)
        except PackageNotFoundError:
            raise OpenBacError(
                f"The page needs the package {package}, which is not installed: "
                "pip install 'openbac[report]'."
            ) from None
        path = Path(str(ours.locate())) if ours is not None else None
        if path is None or not path.is_file():
            raise OpenBacError(
                f"The page needs {name}, which the installed package {package} does not have: "
                "pip install -U 'openbac[report]'."
            )
        found[name] = path
    return found
