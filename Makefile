# make demo      analyse a simulated exam with the bundled model, compare with its truth, show where the pictures are
# make test      style, types and tests; make check the first two alone; make test-core, test-pyside6, test-slicer a
#                session of the tests alone
# make coverage  the tests of the engine, and how much of it they reach: at least 90 %
# make docs      the documentation as a site in site/, with warnings as errors and all links checked
# make dist      wheel and source distribution, checked as the package index would
# make bench     speed and memory beside the published processing and MONAI
# make fuzz      thousands of damaged images, side files and peers, killed batches; FUZZ_IMAGES=500 FUZZ_SEED=7: others
# make clean     remove what these made
#
# Each sets up what it needs in .venv (Python 3.10 or newer); a second run starts at once.
# PYTHON=python3.12 chooses the interpreter of a new .venv (make clean takes the old one away), CONSTRAINTS=file
# pins what pip installs. The order and the random numbers of the tests are the same in each run, so that a change
# is judged and not chance; SEED=2 takes others, SEED=any new ones each time, which the run says at its top.

VENV := .venv
SLICER_VENV := .venv-slicer
SETUP := scripts/setup.sh $(VENV)
SEED ?= 1
SEEDED := $(if $(filter-out any,$(SEED)),--randomly-seed=$(SEED))
# A file stays in one process, and those that take long come first, see tests/conftest.py. A process that dies is
# told and not replaced: pytest-xdist would wait for ever for the rest of its last file.
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
SPREAD := -n $(WORKERS) --dist loadfile --no-loadscope-reorder --max-worker-restart 0
CORE := QT_API=pyqt6 PYTEST_QT_API=pyqt6 OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest \
	--ignore=tests/slicer_bac_extension $(SPREAD) $(SEEDED)
GROUND := pyproject.toml scripts/setup.sh $(wildcard constraints/*.txt)

.PHONY: demo check test test-core test-pyside6 test-slicer coverage docs dist bench fuzz clean
.DELETE_ON_ERROR:

demo: $(VENV)/.demo
	$(VENV)/bin/bac demo -o demo-output

# Three sessions, as two bindings of Qt never meet in one process, nor napari and Slicer's stand-ins:
# all with PyQt6, napari's docks with PySide6, the Slicer module with PySide6. What needs one processor alone,
# types and the Python of the last session, is done beside the first, which is by far the longest.
test: $(VENV)/.test
	@$(MAKE) --jobs 2 test-core check $(SLICER_VENV)/.test || \
		{ echo "Where no test failed above, style, types or layers are wrong: make check tells" >&2; exit 1; }
	$(MAKE) test-pyside6
	$(MAKE) test-slicer

test-core: $(VENV)/.test
	$(CORE)

test-pyside6: $(VENV)/.test
	QT_API=pyside6 PYTEST_QT_API=pyside6 OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest \
		-m pyside6 tests/test_display.py tests/napari_bac $(SPREAD) $(SEEDED)

check: $(VENV)/.test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	PYTHONPATH=slicer_bac_extension/BACSegmentation $(VENV)/bin/lint-imports --no-cache

test-slicer: $(VENV)/.test $(SLICER_VENV)/.test
	QT_API=pyside6 PYTEST_QT_API=pyside6 OMP_NUM_THREADS=1 \
		OPENBAC_SLICER_PYTHON=$(SLICER_VENV)/bin/python $(VENV)/bin/python -m pytest \
		tests/slicer_bac_extension $(SPREAD) $(SEEDED)

# Apart from `make test`, as tracing takes a fifth more time.
coverage: $(VENV)/.test
	$(CORE) --cov=shared_core --cov-report=term:skip-covered --cov-fail-under=90

docs: $(VENV)/.docs
	$(VENV)/bin/python -m scripts.make_site

dist: $(VENV)/.dist
	rm -rf dist build
	$(VENV)/bin/python -m build
	$(VENV)/bin/twine check --strict dist/*

bench: $(VENV)/.bench
	$(VENV)/bin/python -m benchmarks.run

FUZZ_IMAGES ?= 10000
FUZZ_FILES ?= 3000
FUZZ_PEERS ?= 200
FUZZ_KILLS ?= 30
FUZZ_SEED ?= 20

fuzz: $(VENV)/.test
	FUZZ_IMAGES=$(FUZZ_IMAGES) FUZZ_FILES=$(FUZZ_FILES) FUZZ_PEERS=$(FUZZ_PEERS) FUZZ_KILLS=$(FUZZ_KILLS) FUZZ_SEED=$(FUZZ_SEED) \
		OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest tests/fuzz $(SPREAD) -rP

clean:
	rm -rf $(VENV) $(SLICER_VENV) demo-output bench-output build dist site *.egg-info .coverage .coverage.* \
		htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The demo takes the light backend: the same results from a download of megabytes, not of gigabytes.
$(VENV)/.demo: $(GROUND)
	@$(SETUP) light
	@touch $@

$(VENV)/.test: $(GROUND) scripts/browser.sh scripts/dicom_validators.sh scripts/display_libraries.sh
	@scripts/browser.sh
	@scripts/display_libraries.sh
	@scripts/dicom_validators.sh
	@$(SETUP) dev,light,torch
	@touch $@

# Slicer's own Python, on which the packed extension must run as well.
SLICER_REQUIREMENTS := slicer_bac_extension/BACSegmentation/Resources/requirements.txt

$(SLICER_VENV)/.test: $(SLICER_REQUIREMENTS) scripts/slicer_python.sh
	@scripts/slicer_python.sh $(SLICER_VENV) $(SLICER_REQUIREMENTS)
	@mkdir -p $(SLICER_VENV)
	@touch $@

$(VENV)/.docs: $(GROUND)
	@$(SETUP) docs
	@touch $@

$(VENV)/.dist: $(GROUND)
	@$(SETUP) dist
	@touch $@

$(VENV)/.bench: $(GROUND)
	@$(SETUP) bench,light,torch
	@touch $@
