"""Quantities of the mask: Guo's metrics, areas, shares of the breast, and the area grade."""

from __future__ import annotations

from typing import Final

from shared_core.quantities.codes import AREA, AREA_GRADES, MAXIMUM, MEAN, PERCENTAGE, own
from shared_core.quantities.number_formats import decimals, percent
from shared_core.quantities.quantity import MM2, PERCENT, PIXELS, Quantity, Reading, Serial

_GUO_3, _GUO_4, _GUO_INDEX = "Guo 2021, eq. 3", "Guo 2021, eq. 4", "Guo 2021, II.C"
_IBRAHIM: Final = "Ibrahim 2025"

GUO: Final = (
    Quantity(
        key="guo_index",
        label="Guo's index",
        number_format=decimals(5),
        concept=own("GUO", "Guo's index over four views"),
        source=_GUO_INDEX,
        exam=Reading(
            "sum of TAM_X / breast area over the four standard views, masks at the model's `threshold`; "
            "`null` where one is missing"
        ),
        place=110,
    ),
    Quantity(
        key="guo_index_available_views",
        label="Guo's index, views at hand",
        number_format=decimals(5),
        concept=own("GUOPART", "Guo's index over the views at hand"),
        source=_GUO_INDEX,
        exam=Reading("the same sum over the views that are there: not comparable with a sum over four"),
        place=None,
    ),
    Quantity(
        key="pm",
        label="PM",
        number_format=decimals(1),
        concept=own("PM", "PM: sum of the probability of BAC"),
        source=_GUO_3,
        view=Reading(
            "PM: sum of the probability over the image. Faint probabilities add up: it is not 0 where "
            "nothing is marked"
        ),
        place=100,
    ),
    Quantity(
        key="am_px",
        label="AM",
        kind="count",
        unit=PIXELS,
        concept=own("AM", "AM: area of BAC in pixels"),
        source=_GUO_3,
        view=Reading(
            "AM: pixels of the mask at the model's `threshold`, the BAC area (the paper's threshold is 0.5)"
        ),
        place=101,
    ),
    Quantity(
        key="sim",
        label="SIM",
        kind="count",
        concept=own("SIM", "SIM: sum of the grey levels in the mask"),
        source=_GUO_3,
        view=Reading("SIM: sum of the 8-bit grey levels in the mask, at the same threshold"),
        place=102,
    ),
    Quantity(
        key="tam_px",
        label="TAM{x}",
        kind="count",
        unit=PIXELS,
        concept=own("TAM", "TAM: area of BAC brighter than the threshold, in pixels"),
        source=_GUO_4,
        view=Reading("TAM_X: pixels of the mask brighter than X, the mask at the same threshold"),
        place=103,
    ),
    Quantity(
        key="tsim",
        label="TSIM{x}",
        kind="count",
        concept=own("TSIM", "TSIM: sum of the grey levels brighter than the threshold"),
        source=_GUO_4,
        view=Reading("TSIM_X: sum of the grey levels over those pixels"),
        place=104,
    ),
    Quantity(
        key="tam_threshold",
        label="X of TAM",
        kind="setting",
        concept=own("TAMTHRESHOLD", "Grey level that TAM and TSIM count above"),
        source=_GUO_4,
        view=Reading("X, a grey level", value=lambda m: m.intensity_threshold),
        place=None,
    ),
    Quantity(
        key="tam_comparison",
        label="Comparison with X",
        kind="text",
        source=_GUO_4,
        view=Reading("`>` (the paper) or `>=` (the published code)", value=lambda m: m.intensity_comparison),
        place=None,
    ),
)
AREAS: Final = (
    Quantity(
        key="bac_area_mm2",
        label="BAC area",
        unit=MM2,
        number_format=decimals(1),
        concept=AREA,
        source="CID 6142",
        view=Reading("`am_px` x area of a pixel"),
        breast=Reading(
            "mean over its views, never the sum: CC and MLO show the same arteries",
            key="mean_bac_area_mm2",
            derivation=MEAN,
        ),
        serial=Serial(
            "sum_bac_area_mm2_of_breasts",
            "BAC area",
            "sum of breasts",
            "of each breast the mean of its views, both breasts added up",
        ),
        place=0,
    ),
    Quantity(
        key="breast_area_px",
        label="Breast area",
        kind="count",
        unit=PIXELS,
        concept=own("BREASTPX", "Area of the breast in pixels"),
        view=Reading("area of what `denominator` says"),
        place=121,
    ),
    Quantity(
        key="breast_area_mm2",
        label="Breast area",
        unit=MM2,
        number_format=decimals(0),
        concept=own("BREASTMM2", "Area of the breast"),
        view=Reading("the same in mm²"),
        place=120,
    ),
    Quantity(
        key="bac_in_breast_area_px",
        label="BAC within the breast area",
        kind="count",
        unit=PIXELS,
        concept=own("AMINBREAST", "Area of BAC in the breast, in pixels"),
        view=Reading(
            "pixels of the mask that count for the two ratios; less than `am_px` only where the pectoral "
            "muscle is left out"
        ),
        place=None,
    ),
    Quantity(
        key="bac_percent_of_breast",
        label="BAC of breast",
        unit=PERCENT,
        number_format=percent,
        concept=PERCENTAGE,
        source=_IBRAHIM,
        view=Reading("100 x `bac_in_breast_area_px` / `breast_area_px`"),
        breast=Reading("mean over its views", key="mean_bac_percent_of_breast", derivation=MEAN),
        exam=Reading(
            "pooled: BAC of all views that count / breast of all views that count. Over time, "
            "`mean_bac_percent_of_breasts` is followed instead, the mean of the two breasts"
        ),
        serial=Serial(
            "mean_bac_percent_of_breasts",
            "BAC of breast, mean of breasts",
            "mean of breasts",
            "mean of the two breasts, of each the mean of its views; in `exams.csv` `bac_percent_of_breast` "
            "is pooled over the views instead",
        ),
        place=1,
    ),
    Quantity(
        key="denominator",
        label="Breast area is of",
        kind="text",
        view=Reading("`breast`, or `breast without pectoral muscle`"),
        place=None,
    ),
    Quantity(
        key="tam_per_breast_area",
        label="TAM{x} / breast",
        number_format=decimals(6),
        concept=own("TAMSHARE", "TAM by breast area"),
        source=_GUO_INDEX,
        view=Reading("pixels brighter than X in the mask / `breast_area_px`: the view's term of Guo's index"),
        serial=Serial(
            "guo_index",
            "Guo's index",
            "sum of views",
            "sum over the standard views that all exams have; with four, that of `exams.csv`",
        ),
        place=105,
    ),
)
GRADES: Final = (
    Quantity(
        key="area_grade",
        label="Area grade",
        kind="grade",
        concept=own("GRADE", "BAC area grade (Ibrahim 2025)"),
        grades=AREA_GRADES,
        source=_IBRAHIM,
        view=Reading("area grade of Ibrahim et al.; `null` for masks that are not vessel bands"),
        breast=Reading("the larger grade of its views", key="max_area_grade", derivation=MAXIMUM),
        exam=Reading("grade of the pooled percentage"),
        place=2,
    ),
    Quantity(
        key="area_grade_name",
        label="Area grade, in words",
        kind="text",
        source=_IBRAHIM,
        view=Reading("`absence`, `mild`, `moderate`, `severe`"),
        exam=Reading("its name"),
        place=3,
    ),
    Quantity(
        key="area_grade_percent",
        label="Percentage that was graded",
        unit=PERCENT,
        number_format=percent,
        concept=own("GRADEDPERCENT", "Percentage that the area grade is of"),
        source=_IBRAHIM,
        view=Reading("the percentage that was graded"),
        exam=Reading("the percentage that was graded"),
        place=None,
    ),
    Quantity(
        key="area_grade_denominator",
        label="The grade is of",
        kind="text",
        source=_IBRAHIM,
        view=Reading("of what: as `denominator`, or `whole image` with `ibrahim-code`"),
        place=None,
    ),
    Quantity(
        key="grade_profile",
        label="Limits of the grade",
        kind="text",
        source=_IBRAHIM,
        view=Reading("`ibrahim-paper` or `ibrahim-code`"),
        exam=Reading("as for a view"),
        place=None,
    ),
)
