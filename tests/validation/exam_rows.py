"""Rows of a made-up study, with numbers that can be checked in the head."""

from __future__ import annotations

from dataclasses import replace

from validation.exams.row import Mass, Vessels, ViewRow

VIEWS = (("L", "CC"), ("R", "CC"), ("L", "MLO"), ("R", "MLO"))
NOTHING = Vessels(0, 0.0, 0, 0.0)
NO_MASS = Mass(0.0, None, None)


def row(patient: int, laterality: str, view: str, *, mg: float) -> ViewRow:
    """A view whose every measurement is right; without BAC where `mg` is 0."""
    found = Vessels(2, 50.0, 2, 100.0) if mg else NOTHING
    mass = Mass(mg, 0.9 * mg, 1.1 * mg) if mg else NO_MASS
    return ViewRow(
        patient=patient,
        severity="mild" if mg else "none",
        density="B",
        laterality=laterality,
        view=view,
        style=("hologic", "ge", "fuji")[patient % 3],
        anode="W",
        filter="Rh",
        kvp=28.0,
        compressed_mm=50.5,
        true_mg=mg,
        true_vessels=found.vessels,
        true_length_mm=found.length_mm,
        true_grade=found.grade or 0,
        dice=0.8 if mg else None,
        predicted_px=2000 if mg else 0,
        published_px=None if mg else 700,
        band=found,
        model=found,
        calcium_mass=mass,
        model_mass=mass,
        code="0123456789",
    )


def patient_rows(patient: int, left_mg: float = 10.0, right_mg: float = 20.0) -> list[ViewRow]:
    """The four views of a patient; CC and MLO hold the same."""
    return [
        row(patient, side, view, mg=left_mg + patient % 7 if side == "L" and left_mg else right_mg)
        for side, view in VIEWS
    ]


def study_rows(patients: int = 8) -> list[ViewRow]:
    """Patients 1000, 1001, ...; every fourth has no BAC."""
    return [
        one
        for seed in range(1000, 1000 + patients)
        for one in (patient_rows(seed, 0.0, 0.0) if seed % 4 == 3 else patient_rows(seed))
    ]


def with_model(one: ViewRow, **changes: object) -> ViewRow:
    """The row with other numbers from the model's mask."""
    return replace(one, model=replace(one.model, **changes))  # type: ignore[arg-type]
