# make demo   analyse a simulated exam with the bundled model, compare with its truth, show where the pictures are
# make test   style, types, tests and coverage
# make bench  speed and memory beside the published processing and MONAI
# make clean  remove what these made
#
# Each sets up what it needs in .venv (Python 3.10 or newer); a second run starts at once.
# PYTHON=python3.12 chooses the interpreter, CONSTRAINTS=file pins what pip installs.

VENV := .venv
SETUP := scripts/setup.sh $(VENV)
GROUND := pyproject.toml scripts/setup.sh $(wildcard constraints/*.txt)

.PHONY: demo test bench clean
.DELETE_ON_ERROR:

demo: $(VENV)/.demo
	$(VENV)/bin/bac demo -o demo-output

test: $(VENV)/.test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest -n auto --dist loadfile \
		--cov=shared_core --cov-report=term:skip-covered --cov-fail-under=90

bench: $(VENV)/.bench
	$(VENV)/bin/python -m benchmarks.run

clean:
	rm -rf $(VENV) demo-output bench-output build dist *.egg-info .coverage .coverage.* htmlcov \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The demo takes the light backend: the same results from a download of megabytes, not of gigabytes.
$(VENV)/.demo: $(GROUND)
	@$(SETUP) light
	@touch $@

$(VENV)/.test: $(GROUND) scripts/dicom_validators.sh scripts/display_libraries.sh
	@scripts/display_libraries.sh
	@scripts/dicom_validators.sh
	@$(SETUP) dev,light,torch
	@touch $@

$(VENV)/.bench: $(GROUND)
	@$(SETUP) bench,light,torch
	@touch $@
