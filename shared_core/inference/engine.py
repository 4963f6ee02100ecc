"""Segment a prepared view: an iterator of finished pieces, and the same in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shared_core.errors import Cancelled, UsageError
from shared_core.inference.bilateral import beside
from shared_core.inference.member_mean import MemberMean
from shared_core.inference.memory import give_back_freed
from shared_core.inference.model import Model
from shared_core.inference.probability import ProbabilityMap, Step
from shared_core.inference.resampling import ModelView, to_model_view, to_source
from shared_core.inference.runner import Runner
from shared_core.inference.seamless import ALIGN_PX, SeamlessRun
from shared_core.inference.tiled import TiledRun
from shared_core.inference.whole_view import judge_view
from shared_core.networks.scunet_lean import LeanScuNet
from shared_core.preprocessing.prepared import PreparedView


def segment_steps(
    prepared: PreparedView,
    model: Model,
    *,
    origin_px: tuple[int, int] = (0, 0),
    partner: PreparedView | None = None,
) -> Iterator[Step]:
    """Run the model piece by piece; stop iterating to cancel.

    Parameters
    ----------
    prepared
        The view, prepared by the preset on the model's card.
    origin_px
        Shift of the tile grid; the result should not depend on it.
    partner
        The view of the other breast, prepared alike, for a model that sees both; others pass it over.

    Yields
    ------
    Step
        One a finished piece; the last carries the `ProbabilityMap`.

    Raises
    ------
    DeviceError
        If even the CPU has too little memory.
    """
    if model.card.heat_map is not None:
        give_back_freed()
        runner = model.runner()
        whole = judge_view(prepared, model.card, runner)
        runner.release_memory()
        give_back_freed()
        yield Step(1, 1, result=whole)
        return
    view = to_model_view(prepared, model.card)
    both = beside(view, prepared, partner, model.card) if model.card.input == "bilateral" else None
    seen = view if both is None else both.view
    members = (model, *model.others)
    total = done = 0
    mean = MemberMean()
    for number, member in enumerate(members):
        runner = member.runner()
        run = _run_for(seen, member, runner, origin_px)
        total = len(members) * run.total + 1
        give_back_freed()
        for answer in run.answers():
            done += 1
            answer = answer if both is None else both.own_answer(answer)
            # Of an ensemble the first member alone is shown as it comes: another one has other tiles.
            yield Step(done, total, answer=answer if number == 0 else None)
        runner.release_memory()
        give_back_freed()
        values = run.result() if both is None else run.result()[both.own]
        mean.add(to_source(values, prepared))
    result = ProbabilityMap(
        values=mean.values,
        tiles=len(run.tiles),
        model_spacing_mm=view.spacing_mm,
        resampled=view.resampled,
        backend=runner.info,
        notices=(*view.notices, *(() if both is None else both.notices), *runner.notices),
        spread=mean.spread(),
    )
    yield Step(total, total, result=result)


def segment(
    prepared: PreparedView,
    model: Model,
    *,
    partner: PreparedView | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ProbabilityMap:
    """Run the model on a prepared view; see `segment_steps`.

    Parameters
    ----------
    partner
        See `segment_steps`.
    progress
        Called with (done, total) after each piece.
    cancelled
        Asked after each piece; true stops the work with `Cancelled`.
    """
    result = None
    for step in segment_steps(prepared, model, partner=partner):
        if progress is not None:
            progress(step.done, step.total)
        if cancelled is not None and step.result is None and cancelled():
            raise Cancelled(f"Segmentation of {prepared.header.name} was cancelled.")
        result = step.result
    assert result is not None
    return result


def _run_for(
    view: ModelView, model: Model, runner: Runner, origin_px: tuple[int, int]
) -> TiledRun | SeamlessRun:
    image, valid = view.image_u8, view.valid_mask
    if model.card.tiling.stitching != "seamless":
        return TiledRun(image, valid, model.card, runner=runner, origin_px=origin_px)
    if origin_px[0] % ALIGN_PX or origin_px[1] % ALIGN_PX:
        raise UsageError(f"Seamless grids move in steps of {ALIGN_PX} px; {origin_px} is not such a step.")
    if not isinstance(model.net, LeanScuNet):
        raise UsageError(f"Network {model.card.network} has no gates for seamless stitching; use weighted.")
    return SeamlessRun(image, valid, model.card, net=model.net, runner=runner, origin_px=origin_px)
