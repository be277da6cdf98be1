# make demo    the main job on the embedded default: a show folder, two episodes, a folder store
# make test    checks and tests
# make check   lint, format, types, layers
# make format  put the code into its form
# make bench   the measurements, as ratios
# make soak    all tests, with the long sweeps of which make test takes a sample
# make docs    docs/rules.md from the rules

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := PIP_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip

# the tests start folge hundreds of times: without bytecode it would be compiled anew each time
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check format bench soak docs clean

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -e .
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(PIP) install --quiet 'pip>=25.1'
	$(PIP) install --quiet --group dev
	touch $@

# what the wheel test installs from, without a network: folge's dependencies as wheels, anew where a pin changed
$(VENV)/wheels/.done: $(VENV)/.dev
	rm -rf $(VENV)/wheels
	$(PIP) wheel --quiet --wheel-dir $(VENV)/wheels .
	rm -f $(VENV)/wheels/folge-*.whl
	touch $@

demo: $(VENV)/.installed
	$(BIN)/python docs/demo/run.py build/demo

test: check $(VENV)/wheels/.done
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	$(BIN)/python -m bench

soak: $(VENV)/.dev
	FOLGE_SOAK=1 $(BIN)/python -m pytest

docs: $(VENV)/.dev
	$(BIN)/python docs/make_rules.py

clean:
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
