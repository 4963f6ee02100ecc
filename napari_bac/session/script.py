"""The run of now as a Python script that needs no window and gives the same masks and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

from napari_bac.session.exam_session import ExamSession
from napari_bac.views.model_answer import ModelAnswer
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac

_HEAD: Final = '''"""BAC of an exam, as it was segmented in napari with OpenBAC {version}.

Gives the model's masks and their numbers. Research use only: never a diagnosis.
"""

from pathlib import Path

from shared_core import (
    Laterality,
    MeasurementSettings,
    StatedFacts,
    View,
    analyze_view,
    load_model,
    mask_png,
    measure_exam,
    read_header,
    write_bytes,
)

'''
_LOOP: Final = """
results = {}
for name, (path, model, arguments) in views.items():
    results[name] = analyze_view(path, model=models[model], settings=settings, **arguments)
    numbers = results[name].measurement
    area, share = numbers.bac_area_mm2, numbers.bac_percent_of_breast
    print(f"{name}: {numbers.am_px} px, {area} mm2, {share} % of breast")

exam = measure_exam(
    [(result.header, result.measurement) for result in results.values()],
    not_analysed=[read_header(path) for path in not_segmented],
)
print(f"exam: {exam.views_analysed} of {exam.views_total} views analysed")
print(f"exam: {exam.bac_percent_of_breast} % of breast, Guo's index {exam.guo_index}")

for name, result in results.items():
    write_bytes(Path(f"{name}_mask.png"), mask_png(result.mask))
"""


def script_of(session: ExamSession) -> str:
    """A script of what the models said of the views.

    Edits by hand are no part of it: of a view that has some, the script says so.

    Raises
    ------
    UsageError
        No view was segmented from a file.
    """
    views = {key: view for key, view in session.views.items() if view.answer is not None}
    if not any(view.opened.path is not None for view in views.values()):
        raise bac.UsageError(
            "There is no run to copy: open mammograms from files and segment them, then copy the run."
        )
    run = session.run
    card_file = run.request.model if run is not None else None
    models: dict[str, str] = {}
    entries: list[str] = []
    for key, view in views.items():
        assert view.answer is not None
        call = _model_call(view.answer, card_file)
        number = list(models.values()).index(call) if call in models.values() else len(models)
        name = view.answer.card.name + (f" {number + 1}" if number else "")
        models[name] = call
        entries += _entry(key, view, view.answer, name)
    lines = [
        "models = {",
        *(f"    {name!r}: {call}," for name, call in models.items()),
        "}",
        f"settings = {_settings(session.settings)}",
        "views = {",
        *entries,
        "}",
        *_not_segmented(session),
    ]
    return _HEAD.format(version=bac.__version__) + "\n".join(lines) + "\n" + _LOOP


def _not_segmented(session: ExamSession) -> Iterator[str]:
    """The views that no model saw: without them nothing can be said of the whole exam."""
    others = {key: view for key, view in session.views.items() if view.answer is None}
    yield "not_segmented = ["
    for key, view in others.items():
        if view.opened.path is None:
            yield f"    # {key} is an image in memory: save it as a file to include it here."
            continue
        state = view.state
        if state is not bac.ViewState.NOT_ANALYSED:
            yield f"    # {key}: {bac.made_words(state, view.origin)}; measure its mask with `bac measure`."
        yield f"    Path({str(view.opened.path.resolve())!r}),  # {key}"
    yield "]"


def _model_call(answer: ModelAnswer, card_file: str | None) -> str:
    card, info = answer.card, answer.kept.about.backend
    known = {(one.name, one.sha256) for one in bac.list_models()}
    name = card.name if (card.name, card.sha256) in known or card_file is None else card_file
    device = info.device.partition(":")[0]
    precision = f", precision={info.precision!r}" if info.precision != "float32" else ""
    return f"load_model({name!r}, device={device!r}, backend={info.name!r}{precision})"


def _entry(key: str, view: ViewSession, answer: ModelAnswer, model: str) -> Iterator[str]:
    if view.opened.path is None:
        yield f"    # {key} is an image in memory: save it as a file to include it here."
        return
    if view.edited:
        yield f"    # {key} was edited by hand in napari. This is the model's mask;"
        yield "    # export the exam, and measure the edited mask with `bac measure`."
    arguments: dict[str, object] = {"threshold": answer.threshold}
    spacing = view.opened.prepared.spacing
    if spacing is not None and spacing.source is bac.SpacingSource.USER:
        arguments["spacing_mm"] = (spacing.row_mm, spacing.column_mm)
    stated = view.opened.prepared.header.stated
    known = f", 'facts': {_facts(stated)}" if stated is not None else ""
    given = f"{repr(arguments)[:-1]}{known}}}"
    yield f"    {key!r}: (Path({str(view.opened.path.resolve())!r}), {model!r}, {given}),"


def _facts(stated: bac.StatedFacts) -> str:
    """As Python writes them."""
    words = {name: value for name, value in vars(stated).items() if value}
    return f"StatedFacts({', '.join(f'{name}={_word(value)}' for name, value in words.items())})"


def _word(value: object) -> str:
    return f"{type(value).__name__}({value.value!r})" if isinstance(value, Enum) else repr(value)


def _settings(settings: bac.MeasurementSettings) -> str:
    """Only what differs from the defaults."""
    default = bac.MeasurementSettings()
    changed: Mapping[str, object] = {
        name: getattr(settings, name)
        for name in bac.MeasurementSettings.__dataclass_fields__
        if getattr(settings, name) != getattr(default, name)
    }
    return f"MeasurementSettings({', '.join(f'{name}={value!r}' for name, value in changed.items())})"
