"""What was understood of a file and why, as rows for people."""

from __future__ import annotations

from typing import NamedTuple

from shared_core.mammogram import Acquisition, Mammogram, MammogramHeader


class Row(NamedTuple):
    """One line of the description."""

    label: str
    value: str
    why: str = ""


def describe(header: MammogramHeader, mammogram: Mammogram | None = None) -> list[Row]:
    """Rows that people see above the notices of the header; of a `mammogram` values and display, too."""
    rows = [
        Row("file", header.name),
        Row("format", header.file_format, _syntax_name(header.transfer_syntax)),
        Row("size", f"{header.columns} x {header.rows} pixels, {header.bits} bits", header.photometric),
        _spacing_row(header),
        Row("view", header.view.value, _why(header, "view")),
        Row("side", header.laterality.value, _why(header, "laterality")),
    ]
    if header.modifiers:
        rows.append(Row("modifiers", ", ".join(m.value for m in header.modifiers), _why(header, "modifier")))
    rows.append(Row("intent", header.intent.value, _why(header, "intent")))
    rows += _acquisition_rows(header.acquisition)
    if header.acquisition.synthetic_2d:
        rows.append(Row("synthetic 2-D", "yes", _why(header, "synthetic")))
    identity, technique = header.identity, header.acquisition
    rows += [
        Row(label, value, _why(header, label))
        for label, value in (
            *(("patient", identity.patient_id), ("date", identity.study_date), ("exam", identity.exam)),
            ("manufacturer", technique.manufacturer or "" if _why(header, "manufacturer") else ""),
        )
        if value
    ]
    return rows if mammogram is None else rows + _pixel_rows(mammogram)


def _why(header: MammogramHeader, what: str) -> str:
    return "; ".join(why for topic, why in header.evidence if topic == what)


def _syntax_name(transfer_syntax: str) -> str:
    if not transfer_syntax:
        return ""
    from pydicom.uid import UID  # only descriptions need the dictionary of names

    return UID(transfer_syntax).name


def _spacing_row(header: MammogramHeader) -> Row:
    spacing = header.spacing
    if spacing is None:
        return Row("spacing", "unknown", "results are in pixels")
    return Row(
        "spacing",
        f"{spacing.row_mm:.4g} x {spacing.column_mm:.4g} mm (row x column)",
        _why(header, "spacing") or spacing.source.value,
    )


def _acquisition_rows(technique: Acquisition) -> list[Row]:
    filters = " ".join(
        filter(
            None,
            (
                technique.filter_material,
                f"{technique.filter_thickness_mm:g} mm" if technique.filter_thickness_mm else None,
            ),
        )
    )
    candidates = (
        ("device", " ".join(filter(None, (technique.manufacturer, technique.model_name)))),
        ("tube voltage", f"{technique.kvp:g} kV" if technique.kvp else ""),
        ("anode / filter", " / ".join(filter(None, (technique.anode, filters)))),
        ("exposure", f"{technique.exposure_uas / 1000:g} mAs" if technique.exposure_uas else ""),
        (
            "breast thickness",
            f"{technique.breast_thickness_mm:g} mm" if technique.breast_thickness_mm else "",
        ),
        ("compression", f"{technique.compression_force_n:g} N" if technique.compression_force_n else ""),
        ("grid", technique.grid or ""),
        ("detector", technique.detector_type or ""),
        ("intensity", technique.pixel_intensity_relationship or ""),
        ("image type", "\\".join(technique.image_type)),
        ("lossy compression", "yes" if technique.lossy else ""),
        ("implant", "yes" if technique.implant_present else ""),
        ("partial view", "yes" if technique.partial_view else ""),
        ("burned-in text", "yes" if technique.burned_in_annotation else ""),
    )
    return [Row(label, value) for label, value in candidates if value]


def _pixel_rows(mammogram: Mammogram) -> list[Row]:
    pixels = mammogram.pixels
    rows = [
        Row("values", f"{pixels.min():g} to {pixels.max():g} ({pixels.dtype})"),
        Row("display", mammogram.display.description),
    ]
    if mammogram.padding is not None:
        rows.append(Row("padding", f"{mammogram.padding.mean():.1%} of the image"))
    return rows
