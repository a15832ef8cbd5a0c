# Every command of the project. Works from any directory (`make -C path/to/clone test`), and offline once the packages
# are installed: pip runs only when pyproject.toml, constraints.txt or the clone's place changed.
#
#   PYTHON  the interpreter to build the environment with (3.10 or newer)
#   VENV    where the environment goes; a relative path is relative to the clone
#   AT_ONCE how many tests run at a time in `make quick` and `make test`
#   KINDS   what `make backends` and `make windows` grade: solutions, some (stubs and mistakes too) or all
#   AXE     the version of axe-core for `make site`
#   PINS    the constraints to install with; `make lowest` makes its own

# One makefile, so MAKEFILE_LIST is its path, in some versions after a space. Taken whole: it may hold spaces itself.
ROOT := $(shell list="$(MAKEFILE_LIST)"; cd "$$(dirname "$${list# }")" && pwd)

PYTHON ?= python3
VENV ?= $(ROOT)/.venv
PINS ?= constraints.txt
STUDENT ?= half-done
AT_ONCE ?= 2
KINDS ?= all
AXE ?= 4.14.1

BIN := $(VENV)/bin
PY := "$(BIN)/python"
GRADER := "$(BIN)/grader"
AT_ROOT := cd "$(ROOT)" &&
IN_PARALLEL := -n $(AT_ONCE) --dist loadfile --no-loadscope-reorder

# Python keeps what it compiles, so that commands and tests start quicker, even if the caller's shell forbids it.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install dev grade quick test verify mutants interrupt fuzz agreement packages backends windows bench cluster \
	coverage lowest site lowest-tests wheel messages format clean

help: ## Show this list
	@$(AT_ROOT) awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

install: ## Make .venv with the grader command, runtime packages only
	@$(AT_ROOT) $(call fresh,runtime) || $(call fresh,dev) || { $(call environment) && $(call packages,runtime,.); }

dev: ## Make .venv with everything that development needs
	@$(AT_ROOT) $(call fresh,dev) || { $(call environment) && $(call packages,dev,.[dev]); }

grade: install ## Grade the example class, then show one student's feedback (STUDENT=...)
	$(AT_ROOT) $(GRADER) grade examples/class --out build/class
	$(AT_ROOT) $(GRADER) show "build/class/$(STUDENT)"

quick: dev ## Check format, lint and types, and run the tests that start no sandbox: the loop while you work
	$(AT_ROOT) $(PY) -m ruff format --check
	$(AT_ROOT) $(PY) -m ruff check
	$(AT_ROOT) $(PY) -m mypy --strict grader
	$(AT_ROOT) $(PY) -m pytest $(IN_PARALLEL) -m 'not sandbox and not slow'

test: dev ## Check format, lint, types and generated files, and run all tests; one of them verifies the exercises
	$(AT_ROOT) $(PY) -m ruff format --check
	$(AT_ROOT) $(PY) -m ruff check
	$(AT_ROOT) $(PY) -m mypy --strict grader
	$(AT_ROOT) $(GRADER) build --check
	$(AT_ROOT) $(PY) -m pytest $(IN_PARALLEL)

verify: dev ## Grade the references with 500 seeds, every variant with 20, and with one thread and two
	$(AT_ROOT) $(GRADER) verify --flaky 500
	$(AT_ROOT) $(GRADER) verify --seeds 20
	$(AT_ROOT) $(GRADER) verify --seeds 20 --threads 2

mutants: dev ## Put every small error into the solutions: the suites must see it
	$(AT_ROOT) $(GRADER) verify --mutants

interrupt: dev ## Grade 100 submissions while 50 processes of the run are killed
	$(AT_ROOT) GRADER_STRIKES=50 GRADER_SUBMISSIONS=100 $(PY) -m pytest -s tests/interruptions

fuzz: dev ## Fuzz at length: 55,000 replies, 10,000 submissions read, 1,000 graded, 420 with an unrelated error, 2,000 in whole runs
	$(AT_ROOT) GRADER_FUZZ=full $(PY) -m pytest -s tests/fuzzing
	$(AT_ROOT) $(PY) -m pytest --hypothesis-profile=fuzz -m hypothesis tests/grader

agreement: dev ## Grade every variant as a notebook, with nbgrader and with the kit: the same points
	$(AT_ROOT) GRADER_AGREEMENT=speed $(PY) -m pytest -s tests/agreement
	$(AT_ROOT) GRADER_AGREEMENT=full $(PY) -m pytest -s tests/agreement

packages: dev ## Run each package for a platform on a class and on misconceptions, as grade does; try attacks that read
	$(AT_ROOT) GRADER_PACKAGES=full $(PY) -m pytest -s tests/grader/packages/test_at_length.py

backends: dev ## Grade every variant with both backends: the same verdicts and feedback (KINDS=solutions or some for fewer)
	$(AT_ROOT) for backend in linux portable; do GRADER_BACKEND=$$backend $(PY) .ci/backends.py record \
		build/backends/$$backend.json --kinds $(KINDS) --jobs $(AT_ONCE) || exit 1; done
	$(AT_ROOT) $(PY) .ci/backends.py compare build/backends/linux.json build/backends/portable.json

windows: dev ## Test in a Windows Python under Wine: the portable backend, the commands, all exercises (KINDS=some for more)
	$(AT_ROOT) PYTHON=$(PY) KINDS=$(if $(filter command line environment,$(origin KINDS)),$(KINDS),solutions) .ci/windows.sh

# axe-core comes from npm's registry and is not committed. Without a browser the tests are skipped.
site: dev ## Test the pages in Chromium, with axe-core against barriers, and write pictures of them to build/site
	$(AT_ROOT) mkdir -p build/axe && cd build/axe && npm pack --silent axe-core@$(AXE) && tar xzf axe-core-$(AXE).tgz
	$(AT_ROOT) GRADER_AXE=build/axe/package/axe.min.js GRADER_PICTURES=build/site $(PY) -m pytest tests/grader/pages

bench: dev ## Run the measured comparisons
	$(AT_ROOT) GRADER_BENCH=full $(PY) -m pytest -s tests/benchmarks

cluster: dev ## Measure a Dask cluster on this machine, and grade a class of 1,000 with it (half an hour)
	$(AT_ROOT) GRADER_BENCH=full GRADER_SCALE=full $(PY) -m pytest -s tests/benchmarks/test_scale.py

# Measured, tests take longer: those that hold a limit of time may fail here, and the report comes all the same.
coverage: dev ## Measure which lines and branches of grader/ the tests run (TESTS=... for some of them)
	$(AT_ROOT) mkdir -p build/coverage && $(PY) -m coverage erase
	-$(AT_ROOT) $(PY) -m coverage run -m pytest $(TESTS)
	$(AT_ROOT) $(PY) -m coverage combine --quiet
	$(AT_ROOT) $(PY) -m coverage html --quiet && $(PY) -m coverage report

lowest: ## Test in short with the lowest versions that pyproject.toml allows (TORCH=... for another torch than that)
	$(AT_ROOT) mkdir -p build && "$(PYTHON)" .ci/floors.py $(TORCH:%=torch==%) >build/floors.txt
	$(AT_ROOT) $(MAKE) --no-print-directory lowest-tests VENV=build/lowest PINS=build/floors.txt

# Old packages warn of what newer ones have dropped: here a warning is no error.
lowest-tests: dev
	$(AT_ROOT) $(PY) -m pytest -W default -m 'not sandbox and not slow'
	$(AT_ROOT) $(PY) -m pytest -W default tests/golden

wheel: dev ## Build the wheel into dist/, install it in an environment of its own, and check an exercise with it
	$(AT_ROOT) rm -rf dist build/lib build/bdist.* build/installed
	$(AT_ROOT) $(PY) -m pip wheel --disable-pip-version-check --no-deps --wheel-dir dist .
	$(AT_ROOT) $(PY) -m venv build/installed && build/installed/bin/python -m pip install \
		--disable-pip-version-check -c constraints.txt dist/*.whl
	$(AT_ROOT) build/installed/bin/grader check solutions/07_autograd.py

messages: dev ## Write the templates for translators of the kit and of the course, into build/messages
	$(AT_ROOT) $(PY) .ci/messages.py build/messages

format: dev ## Format the code and fix what lint can fix
	$(AT_ROOT) $(PY) -m ruff check --fix --quiet --exit-zero
	$(AT_ROOT) $(PY) -m ruff format

clean: ## Remove what was built and every cache; keep .venv
	@$(AT_ROOT) rm -rf build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@$(AT_ROOT) find . -path ./.git -prune -o -path ./.venv -prune -o \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -prune -exec rm -rf {} +

# A stamp holds what an installation depends on; it is fresh while that still holds. By content, because a checkout
# touches files without changing them; with the place, because an environment doesn't survive being moved.
key = { pwd; cat pyproject.toml "$(PINS)"; } | cksum
fresh = { [ -x $(PY) ] && [ "$$($(key))" = "$$(cat "$(VENV)/.installed-$(1)" 2>/dev/null)" ]; }

# Some distributions split `ensurepip` from Python: there the environment gets its pip from the one outside it.
environment = { [ -x $(PY) ] && $(PY) -m pip --version >/dev/null 2>&1; } || { \
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
		echo 'Cannot use $(PYTHON): Python 3.10 or newer is needed. Say which, as in make PYTHON=python3.12.' >&2; \
		exit 1; }; \
	if "$(PYTHON)" -c 'import ensurepip' 2>/dev/null; then "$(PYTHON)" -m venv "$(VENV)"; \
	else "$(PYTHON)" -m venv --without-pip "$(VENV)" && "$(PYTHON)" -m pip install --quiet pip \
		--target "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"; fi && \
	echo '*' >"$(VENV)/.gitignore"; }

packages = $(PY) -m pip install --disable-pip-version-check -c "$(PINS)" -e '$(2)' && \
	$(key) >"$(VENV)/.installed-$(1)"
