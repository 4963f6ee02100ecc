"""Mistakes that are easily made in a scripted module, each made on purpose: the walk of a session sees it.

PythonQt, VTK and Slicer's own error display swallow or only print much of what goes wrong, so that a test
which merely runs the code would pass all the same.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shared_core import analyze_view
from shared_core.records.view_and_exam import view_record
from tests.host.module_panel import FOLDER
from tests.slicer_bac_extension.conftest import ROOT
from tests.slicer_bac_extension.session_apart import fault_of_session
from tests.tram_track import write_tram_track

MODULE, UI = "BACSegmentation.py", "Resources/UI/BACSegmentation.ui"
LIB = "BACSegmentationLib"
PARAMETERS = f"{LIB}/parameter_node.py"
MUTANTS = {
    "misspelt property": (MODULE, "statusLabel.text = message", "statusLabel.txt = message"),
    "misspelt property of a stand-in": (
        f"{LIB}/input_panel.py",
        "thresholdSlider.enabled",
        "thresholdSlider.enable",
    ),
    "misspelt signal": (MODULE, '"clicked(bool)"', '"clickd(bool)"'),
    "signal with other arguments": (MODULE, '"clicked(bool)"', '"clicked(int)"'),
    "misspelt widget": (MODULE, "self.ui.applyButton.connect", "self.ui.applyBtn.connect"),
    "misspelt VTK method": (f"{LIB}/correction_panel.py", "RemoveAllControlPoints", "RemoveAllControlPts"),
    "misspelt event": (
        f"{LIB}/numbers_panel.py",
        "SourceRepresentationModified",
        "SourceRepresentationChanged",
    ),
    "other event": (f"{LIB}/numbers_panel.py", "SourceRepresentationModified", "SegmentAdded"),
    "misspelt parameter": (PARAMETERS, "    bandWidthMm: ", "    bandWidth: "),
    "parameter of another type": (
        PARAMETERS,
        "    bandWidthMm: Annotated[float",
        "    bandWidthMm: Annotated[str",
    ),
    "parameter with other bounds": (PARAMETERS, "WithinRange(0.01, 0.99)", "WithinRange(0.5, 0.99)"),
    "no setMRMLScene": (MODULE, "        uiWidget.setMRMLScene(slicer.mrmlScene)\n", ""),
    "no check after a choice": (
        MODULE,
        "self.addObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)",
        "pass",
    ),
    "scene close not observed": (MODULE, "mrmlScene.StartCloseEvent", "mrmlScene.NewSceneEvent"),
    "scene end not observed": (MODULE, "self.onSceneEndClose)", "self.enter)"),
    "node removal not observed": (MODULE, "mrmlScene.NodeRemovedEvent", "mrmlScene.NodeAboutToBeAddedEvent"),
    "node removal without its node": (MODULE, "    @vtk.calldata_type(vtk.VTK_OBJECT)\n", ""),
    "observers left behind": (MODULE, "        self.removeObservers()\n", ""),
    "parts not stopped": (
        MODULE,
        "        self._stop()\n        self.setParameterNode(None)\n        self.removeObservers()\n",
        "        self.setParameterNode(None)\n        self.removeObservers()\n",
    ),
    "panel left connected": (
        MODULE,
        "            self._parameterNode.disconnectGui(self._parameterNodeGuiTag)\n",
        "",
    ),
    "wrong slot in the .ui": (
        UI,
        "<slot>setMRMLScene(vtkMRMLScene*)</slot>",
        "<slot>setMrmlScene(vtkMRMLScene*)</slot>",
    ),
    "wrong signal in the .ui": (UI, "<signal>mrmlSceneChanged(", "<signal>sceneChanged("),
    "wrong receiver in the .ui": (
        UI,
        "<receiver>lineSelector</receiver>",
        "<receiver>lineSelectr</receiver>",
    ),
    "wrong parameter in the .ui": (UI, "<string>bandWidthMm</string>", "<string>bandWidthMM</string>"),
    "no parameter in the .ui": (UI, "<string>measureByItself</string>", "<string></string>"),
    "wrong class in the .ui": (UI, 'class="qMRMLTableView"', 'class="qMRMLTablView"'),
    "wrong property in the .ui": (UI, '<property name="noneDisplay">', '<property name="nonDisplay">'),
    "wrong node type in the .ui": (
        UI,
        "<string>vtkMRMLScalarVolumeNode</string>",
        "<string>vtkMRMLVectorVolumeNode</string>",
    ),
    "renamed widget in the .ui": (UI, 'name="saveButton"', 'name="saveButon"'),
    "Apply on from the beginning": (MODULE, "applyButton.enabled = not why", "applyButton.enabled = True"),
    "Apply does not say why it is off": (
        MODULE,
        "self.ui.applyButton.toolTip = why or _(",
        "self.ui.applyButton.toolTip = _(",
    ),
    "Apply not connected": (
        MODULE,
        '        self.ui.applyButton.connect("clicked(bool)", self.onApplyButton)\n',
        "",
    ),
    "Cancel not connected": (
        f"{LIB}/run_panel.py",
        "        self._ui.cancelButton.clicked.connect(self.cancel)\n",
        "",
    ),
    "timer not started": (f"{LIB}/run_panel.py", "        self._timer.start()\n", ""),
    "progress stays": (
        f"{LIB}/run_panel.py",
        "widget.setVisible(run is not None)",
        "widget.setVisible(True)",
    ),
    "results not taken": (f"{LIB}/run_panel.py", "lost = self._numbers.take(run)", "lost = []"),
    "error in a slot": (
        f"{LIB}/export_panel.py",
        "csv_text(self._numbers.pairs)",
        "csv_text(self._numbers.pair)",
    ),
    "error in an observer": (
        f"{LIB}/numbers_panel.py",
        "view_records.mark_stale(segmentation)",
        "view_records.mark_old(segmentation)",
    ),
    "stale mark never taken away": (
        f"{LIB}/view_records.py",
        "SetAttribute(_STALE, None)",
        "SetAttribute(_STALE, _STALE and 'true')",
    ),
    "numbers follow where nobody asked": (
        f"{LIB}/numbers_panel.py",
        "is not None and parameters.measureByItself",
        "is not None",
    ),
    "numbers never follow": (
        f"{LIB}/numbers_panel.py",
        "            self._rest.start()\n",
        "            pass\n",
    ),
    "answer without its numbers": (
        f"{LIB}/results.py",
        "    measurement.keep_run(node, view, model=model)\n",
        "",
    ),
    "mask type that VTK refuses": (f"{LIB}/lattice.py", "vtk.VTK_UNSIGNED_CHAR", "vtk.VTK_BIT"),
    "editor without the image": (
        f"{LIB}/correction_panel.py",
        "        editor.setSourceVolumeNode(volume)\n",
        "",
    ),
    "editor on no segment": (f"{LIB}/correction_panel.py", "segment_id(segmentation)", '"bac"'),
    "width not used": (f"{LIB}/correction_panel.py", "parameters.bandWidthMm,", "1.9,"),
    "clicks not followed": (f"{LIB}/correction_panel.py", "self._on_point)", "self._on_curve)"),
    "undo keeps the band": (
        f"{LIB}/correction_panel.py",
        "            replace_classes(before.segmentation, before.volume, before.mask, before.other)\n",
        "",
    ),
    "threshold of the card not shown": (
        f"{LIB}/input_panel.py",
        "                parameters.threshold = own\n",
        "                pass\n",
    ),
    "DICOM objects never written": (
        f"{LIB}/export_panel.py",
        "dicom=dicom and not why_not",
        "dicom=False",
    ),
    "misspelt choice of DICOM objects": (UI, "<string>dicomObjects</string>", "<string>dicomObject</string>"),
    "saved without the view": (
        f"{LIB}/export_panel.py",
        "done, total = next(self._steps)",
        "raise StopIteration",
    ),
}


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, object]:
    """What the model says of the walk's mammogram."""
    image = write_tram_track(tmp_path_factory.mktemp("one") / "LCC.png")
    view = analyze_view(image, spacing_mm=0.07)
    record = view_record(
        view.header, view.prepared, view.measurement, provenance=view.provenance, notices=view.notices
    )
    return record, view.mask


def changed_copy(folder: Path, file: str, old: str, new: str) -> Path:
    """The module with one mistake in it."""
    module = folder / "BACSegmentation"
    shutil.copytree(FOLDER, module, ignore=shutil.ignore_patterns("__pycache__", "Icons"))
    engine = module / LIB / "engine.py"
    text = engine.read_text(encoding="utf-8")
    assert "library.parents[2])" in text
    engine.write_text(text.replace("library.parents[2])", f"Path({str(ROOT)!r}))"), encoding="utf-8")
    text = (module / file).read_text(encoding="utf-8")
    assert old in text, f"{file} has changed; this mistake can no longer be made there"
    (module / file).write_text(text.replace(old, new), encoding="utf-8")
    return module


@pytest.mark.parametrize("mistake", MUTANTS)
def test_mistake_is_seen(tmp_path: Path, answer: tuple[object, object], mistake: str) -> None:
    module = changed_copy(tmp_path, *MUTANTS[mistake])
    assert fault_of_session(module, tmp_path, answer, patience_s=1.0)


def test_no_mistake_is_seen_where_none_is(tmp_path: Path, answer: tuple[object, object]) -> None:
    module = changed_copy(tmp_path, MODULE, "#", "#")
    assert fault_of_session(module, tmp_path, answer, patience_s=600.0) is None
