"""The one figure: four statistics, real in blue, simulated in orange."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from shared_core.simulation.choices import STYLES
from validation.realism.image_statistics import GRADIENT_DECADES, Floats
from validation.realism.measures import FINE_BAND, POWER_LAW_BAND, Measured
from validation.realism.sources import REAL_KINDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe & Ito: told apart by all, and in grey.
_REAL: Final = "#0072B2"
_SIMULATED: Final = "#D55E00"
_DASHES: Final = ((0, ()), (0, (5, 2)), (0, (1, 1.5)))
_DPI: Final = 160

Curve = Callable[[Measured], tuple[Floats, Floats]]


def figure_png(real: Sequence[Measured], simulated: Sequence[Measured]) -> bytes:
    """Draw the figure, 1600 px wide."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 8.6), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 2).ravel()
    for axes, curve in zip(panels, (_grey, _spectrum, _gradient, _profile), strict=True):
        _draw(axes, curve, real, REAL_KINDS, _REAL)
        _draw(axes, curve, simulated, STYLES, _SIMULATED)
        axes.grid(alpha=0.25, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    _label(panels)
    _legend(figure, len(real), len(simulated))
    drawn, file = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png")
    # 256 colours are enough for two inks, and a fourth of the bytes.
    picture = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(file, format="PNG", optimize=True)
    return file.getvalue()


def _draw(axes: Axes, curve: Curve, views: Sequence[Measured], kinds: Sequence[str], colour: str) -> None:
    """Each view thin, each kind's median dashed in its way, the band of 10-90 % and the median of all."""
    lines = [curve(view) for view in views]
    x = lines[0][0]
    table = np.stack([y for _, y in lines])
    for row in table:
        axes.plot(x, row, color=colour, linewidth=0.4, alpha=0.28)
    low, middle, high = np.nanpercentile(table, (10, 50, 90), axis=0)
    axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
    for kind, dashes in zip(kinds, _DASHES, strict=True):
        own = table[[view.kind == kind for view in views]]
        if len(own):
            axes.plot(x, np.nanmedian(own, axis=0), color=colour, linewidth=1.0, linestyle=dashes)
    axes.plot(x, middle, color=colour, linewidth=2.8)


def _grey(view: Measured) -> tuple[Floats, Floats]:
    """Per cent per grey level, over bins of four."""
    middle: Floats = np.arange(64, dtype=np.float64) * 4 + 1.5
    return middle, 100 * view.grey.reshape(64, 4).mean(axis=1)


def _spectrum(view: Measured) -> tuple[Floats, Floats]:
    inside = view.spectrum.frequency >= 0.08
    return view.spectrum.frequency[inside], view.spectrum.power[inside]


def _gradient(view: Measured) -> tuple[Floats, Floats]:
    middle = 10 ** ((GRADIENT_DECADES[1:] + GRADIENT_DECADES[:-1]) / 2)
    return middle, view.gradient.density


def _profile(view: Measured) -> tuple[Floats, Floats]:
    return view.depth_mm, view.profile


def _label(panels: Sequence[Axes]) -> None:
    grey, spectrum, gradient, profile = panels
    grey.set(xlim=(0, 255), ylim=(0, None), xlabel="grey level", ylabel="% of the breast per grey level")
    grey.set_title("Grey levels in the breast")
    spectrum.set(xscale="log", yscale="log", xlabel="cycles/mm", ylabel="power, grey levels² mm²")
    spectrum.set_title("Power spectrum")
    spectrum.axvspan(*POWER_LAW_BAND, color="black", alpha=0.05, linewidth=0)
    guide = np.array(POWER_LAW_BAND)
    spectrum.plot(guide, 60 * guide**-3.0, color="black", linewidth=1)
    spectrum.annotate(
        "f⁻³", (POWER_LAW_BAND[0], 60 * POWER_LAW_BAND[0] ** -3.0), (4, 3), textcoords="offset points"
    )
    spectrum.set_xlim(0.08, FINE_BAND[1] * 1.15)
    gradient.set(xscale="log", yscale="log", xlim=(0.3, 1000), ylim=(1e-4, 3))
    gradient.set(xlabel="gradient, grey levels/mm", ylabel="density per decade")
    gradient.set_title("Gradient magnitude")
    profile.set(xlim=(0, 30), ylim=(0, None), xlabel="mm below the skin line", ylabel="mean grey level")
    profile.set_title("From the skin line inward")


def _legend(figure: object, real: int, simulated: int) -> None:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    assert isinstance(figure, Figure)
    handles = []
    for colour, words, kinds in (
        (_REAL, f"{real} real: median, 10-90 %, each", REAL_KINDS),
        (_SIMULATED, f"{simulated} simulated: median, 10-90 %, each", [f"{style} look" for style in STYLES]),
    ):
        handles.append(Line2D([], [], color=colour, linewidth=2.8, label=words))
        handles += [
            Line2D([], [], color=colour, linewidth=1.0, linestyle=dashes, label=kind)
            for kind, dashes in zip(kinds, _DASHES, strict=True)
        ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
