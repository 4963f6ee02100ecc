"""The simulated exam in Slicer's Sample Data module: made on this computer when first asked for, then kept.

Nothing is downloaded; its calcium is known, see docs/simulation.md.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import slicer
import slicer.util

from BACSegmentationLib import dependencies, engine
from BACSegmentationLib.display import show_mammogram
from BACSegmentationLib.image_files import load_volume
from BACSegmentationLib.mammograms import header_of
from BACSegmentationLib.process import EngineProcess, ProcessError, scratch
from BACSegmentationLib.segments import put_into
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

CATEGORY: Final = "OpenBAC"
NAME: Final = "OpenBAC simulated exam, four views"
"""As the module Sample Data shows it, and as scripts ask for it."""
THUMBNAIL: Final = "BACSimulatedExam.png"
VIEWS: Final = 4

_RESOURCES: Final = Path(__file__).resolve().parents[1] / "Resources"
_LOOK_S: Final = 0.2


class SampleError(RuntimeError):
    """The exam cannot be made; the message is for people."""


def register() -> None:
    """Offer the exam in the Sample Data module; to be called when Slicer has started."""
    import SampleData

    logic = SampleData.SampleDataLogic
    if hasattr(logic, "registerCustomSampleDataCategory"):
        logic.registerCustomSampleDataCategory(CATEGORY, title=CATEGORY)
    logic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName=NAME,
        thumbnailFileName=str(_RESOURCES / "Icons" / THUMBNAIL),
        # An address is asked for; this one is never opened, as the exam is made here.
        uris="openbac:exam",
        fileNames="LCC.dcm",
        nodeNames=NAME,
        customDownloader=load_from_button,
    )
    _let_scripts_ask(logic)


def kept_folder() -> Path:
    """Where samples that were made are kept."""
    return bac.user_cache_dir() / "samples"


def _let_scripts_ask(logic: Any) -> None:
    """Have ``SampleData.downloadSamples`` make the exam: Slicer heeds the downloader of a button alone."""
    usual = logic.downloadFromSource
    if getattr(usual, "of_openbac", False):
        return

    @functools.wraps(usual)
    def download(self: Any, source: Any, *arguments: Any, **options: Any) -> Any:
        if source.sampleName != NAME:
            return usual(self, source, *arguments, **options)
        dependencies.ensure(_RESOURCES / "requirements.txt")
        return list(load_exam(kept_folder()))

    vars(download)["of_openbac"] = True
    logic.downloadFromSource = download


def load_from_button(_source: Any = None) -> tuple[Any, ...]:
    """Make and load the exam behind a window that shows how far it is and can be cancelled.

    What the engine needs is asked for first, as at Apply.
    """
    try:
        dependencies.ensure(_RESOURCES / "requirements.txt")
    except dependencies.DependencyError as error:
        slicer.util.errorDisplay(str(error), detailedText=error.advice)
        return ()
    window = slicer.util.createProgressDialog(labelText=_("Simulating an exam"), maximum=VIEWS, value=0)
    try:
        return load_exam(
            progress=lambda done, _total: window.setValue(done), cancelled=lambda: bool(window.wasCanceled)
        )
    except (SampleError, ProcessError, bac.OpenBacError) as error:
        slicer.util.errorDisplay(str(error))
        return ()
    finally:
        window.close()


def load_exam(
    output_dir: Path | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Any, ...]:
    """Make the exam where it is not there yet, load its views, and show the first.

    Parameters
    ----------
    output_dir
        Where samples lie; None for the user's cache.
    progress
        Called with (done, total) views while they are made.
    cancelled
        Asked all the time; true ends the making, and nothing is loaded.

    Returns
    -------
    Volume nodes of LCC, RCC, LMLO, RMLO; none where it was cancelled.

    Raises
    ------
    SampleError
        It could not be made, as where a package is missing.
    """
    files = _make(output_dir, progress, cancelled)
    volumes = tuple(load_volume(file, slicer.mrmlScene, name=file.stem) for file in files)
    _put_into_study(volumes)
    if volumes:
        show_mammogram(volumes[0])
    return volumes


def _make(
    output_dir: Path | None,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> list[Path]:
    lacking = dependencies.missing(_RESOURCES / "requirements.txt")
    if lacking:
        raise SampleError(
            _(
                "Simulating the exam needs Python packages that are missing: {packages}. The button in "
                "Sample Data installs them, if you agree; so does Apply in BAC Segmentation."
            ).format(packages=", ".join(lacking))
        )
    where = ["-o", str(output_dir.absolute())] if output_dir is not None else []
    files: list[Path] = []
    with scratch() as folder:
        # In a process of its own: it takes half a minute, in which Slicer must stay alive.
        child = EngineProcess(
            ["exam", *where],
            engine_folder=engine.folder(),
            scratch=folder,
            module="shared_core.simulation",
        )
        with child:
            while not files and not (cancelled and cancelled()):
                ended = child.exit_code is not None
                for event in child.events():
                    if event["event"] == "end":
                        files = [Path(file) for file in event["images"]]
                    elif progress is not None:
                        progress(event["done"], event["total"])
                if ended and not files:
                    raise SampleError(
                        _("The exam could not be simulated: {why}").format(why=child.error_text)
                    )
                slicer.app.processEvents()
                time.sleep(_LOOK_S)
    return files


def _put_into_study(volumes: tuple[Any, ...]) -> None:
    """As Slicer's DICOM module does: patient and date above the views."""
    if not volumes:
        return
    identity = header_of(volumes[0]).identity
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    patient = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), identity.patient_id or NAME)
    study = hierarchy.CreateStudyItem(patient, identity.study_date or "")
    for volume in volumes:
        put_into(hierarchy, study, volume)
