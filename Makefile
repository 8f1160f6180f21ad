# Two commands set everything up on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test postgis browser screenshot notebooks check bench figures validate clean
.DEFAULT_GOAL := run

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

run: $(VENV)/.ready ## serve the embedded city with its map and a synthetic live feed
	$(BIN)/hue-twin serve

test: $(VENV)/.ready check postgis browser ## format, lint, types, contracts, tests on every core, four at most
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist worksteal

postgis: ## the server of the database tests, from Debian's packages where root may install them
	@.ci/postgis

browser: ## the Chromium of the map's tests, from Debian's packages where root may install them
	@.ci/browser

screenshot: $(VENV)/.ready browser ## take README's picture anew: docs/screenshot.png
	SCREENSHOT=docs/screenshot.png $(BIN)/python -m pytest tests/browser/test_whatif.py

notebooks: $(VENV)/.ready ## run the notebooks and keep their pictures in the paired .ipynb files
	$(BIN)/jupytext --to ipynb notebooks/*.py
	$(BIN)/jupyter execute --inplace notebooks/*.ipynb

check: $(VENV)/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --num-workers 2 || $(BIN)/mypy # alone where a worker takes longer to start than mypy waits
	$(BIN)/lint-imports

$(VENV)/.bench: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	touch $@

bench: $(VENV)/.bench ## speed as ratios against peers on the same work; needs the shared test data
	$(BIN)/hue-twin bench traffic --json
	$(BIN)/python -m tests.benchmarks >&2

figures: $(VENV)/.bench ## measure the traffic rows anew and put them into docs/validation.md; WORK=name measures only some
	$(BIN)/hue-twin bench traffic $(addprefix --work ,$(WORK)) --keep docs/bench.json
	$(BIN)/hue-twin bench table docs/bench.json --into docs/validation.md

validate: $(VENV)/.ready ## the comparisons that take minutes, with their figures; make test has the quick ones
	$(BIN)/python -m pytest -s tests/validation/long_*.py

clean:
	find . -name "*.nbi" -delete -o -name "*.nbc" -delete
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
