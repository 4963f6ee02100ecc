"""Figures as PNG: drawn without a window and without global state, the same bytes each time.

matplotlib comes with the extra ``statistics``.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from shared_core.errors import UsageError
from shared_core.wording.phrases import RESEARCH_USE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DATA: Final = "#1f4e79"
DERIVED: Final = "#c55a11"
QUIET: Final = "#6b6b6b"
_DPI: Final = 150


def new_figure(width: float, height: float) -> Any:
    """An empty figure of so many inches; `UsageError` where matplotlib is not installed."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise UsageError(
            "Plots need matplotlib, which is not installed: pip install 'openbac[statistics]'."
        ) from error
    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def finish(axes: Axes, title: str) -> None:
    """Give axes their title and their quiet frame."""
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)


def png_bytes(figure: Any) -> bytes:
    """The figure as PNG, with the words that it is no diagnosis."""
    figure.text(0.995, 0.003, RESEARCH_USE, ha="right", va="bottom", fontsize=6, color=QUIET)
    buffer = io.BytesIO()
    # Without the version of matplotlib in it, the same plot has the same bytes.
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
