"""Quantities of the mass of calcium; in JSON they stand together under ``mass``."""

from __future__ import annotations

from typing import Final

from shared_core.quantities.codes import MASS as MASS_OF_BAC, MEAN, own
from shared_core.quantities.number_formats import decimals
from shared_core.quantities.quantity import (
    CM2_PER_G,
    MG,
    NO_UNIT,
    Concept,
    Kind,
    Quantity,
    Reading,
    Serial,
    Unit,
)

_LI: Final = "Li 2025"
_METHODS: Final = "docs/methods.md, calcium mass"


def _mass(
    name: str,
    label: str,
    *,
    view: str = "",
    breast: str = "",
    exam: str = "",
    concept: Concept | None = None,
    unit: Unit = MG,
    kind: Kind = "number",
    source: str = _METHODS,
    serial: Serial | None = None,
    place: int | None = None,
) -> Quantity:
    """One number of `MassNumbers`; of each scope its meaning, empty where it has none."""
    return Quantity(
        key=f"mass_{name}",
        label=label,
        kind=kind,
        unit=unit,
        number_format=decimals(1) if unit is MG else decimals(3),
        concept=concept,
        path=("mass", name),
        source=source,
        view=Reading(view) if view else None,
        breast=Reading(breast, key=f"mean_mass_{name}", derivation=MEAN) if breast else None,
        exam=Reading(exam) if exam else None,
        serial=serial,
        place=place,
    )


def _text(name: str, label: str, *, view: str = "", exam: str = "", source: str = "") -> Quantity:
    return _mass(name, label, view=view, exam=exam, unit=NO_UNIT, kind="text", source=source)


MASS: Final = (
    _text(
        "status",
        "Calcium mass, how",
        view="`computed:calibrated`, `computed:uncalibrated`, or `not_computed:` and why; see "
        "[methods.md](methods.md#calcium-mass)",
    ),
    _text("reason", "Calcium mass, remark", view="one sentence: how sure, or why not"),
    _mass(
        "ha_mg",
        "Calcium mass",
        concept=MASS_OF_BAC,
        view="mass of calcium mineral (hydroxyapatite) under the mask",
        breast="mean of CC and MLO; of one alone where the other has no number",
        exam="of both breasts, of each the **mean** of CC and MLO; `null` where a breast has no number",
        serial=Serial(
            "mass_ha_mg",
            "Mass of hydroxyapatite",
            "sum of breasts",
            "of each breast the mean of its views, both breasts added up, as in `exams.csv`",
        ),
        place=9,
    ),
    _mass(
        "ca_mg",
        "Calcium mass, calcium alone",
        concept=own("MASSCA", "Mass of calcium in BAC"),
        view="calcium: 0.399 of it",
        breast="calcium: 0.399 of it",
        exam="calcium: 0.399 of it",
    ),
    _mass(
        "low_mg",
        "Calcium mass, lower end",
        concept=own("MASSLOW", "Mass of BAC, lower end of the 95 % interval"),
        view="lower end of the 95 % interval of the mass of hydroxyapatite; may lie below 0",
        breast="mean of the lower ends",
        exam="lower end of the 95 % interval",
    ),
    _mass(
        "high_mg",
        "Calcium mass, upper end",
        concept=own("MASSHIGH", "Mass of BAC, upper end of the 95 % interval"),
        view="upper end",
        breast="mean of the upper ends",
        exam="upper end",
    ),
    _text(
        "stratum",
        "Calcium mass, stratum",
        source=_LI,
        view="of the mass (Li 2025): `0`, `0-20`, `20-40`, `40-60`, `60-80`, `>80` mg hydroxyapatite",
        exam="as for a view",
    ),
    _text(
        "reason",
        "Calcium mass, remark",
        exam="which view stands for a breast alone, or why there is no mass",
    ),
    _mass(
        "lod_mg",
        "Calcium mass, limit of detection",
        concept=own("MASSLOD", "Mass of BAC, limit of detection"),
        view="limit of detection (hydroxyapatite): what a mask of this shape would tell from none on this "
        "image",
    ),
    _mass(
        "k_cm2_g",
        "Signal of hydroxyapatite",
        unit=CM2_PER_G,
        concept=own("MASSK", "Signal of hydroxyapatite by its areal density"),
        view="signal of hydroxyapatite by its areal density, at this exposure",
    ),
    _text(
        "k_source",
        "Its source",
        view="where that is from: calibration or beam, and what was taken for granted",
    ),
)
