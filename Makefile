# Everything a newcomer needs: `make demo` and `make test`. Both install what they need.
PYTHON ?= python3
BIN := .venv/bin

# Another sample: make mutants MUTANTS="--seed 2 --number 200"
MUTANTS ?=

.PHONY: demo down setup test test-deep mutants audit check bench format clean

demo: setup  ## the whole system on this machine; Ctrl-C stops it
	@$(BIN)/python -m local up

down: setup  ## stops a stack that was started with --detach
	@$(BIN)/python -m local down

setup: .venv/.ready  ## installs, and nothing else

test: setup  ## every test
	@$(BIN)/python -m pytest --numprocesses auto

test-deep: setup  ## the tests that take minutes: many more examples, and a minute of load with faults
	@$(BIN)/python -m pytest -m "deep or not deep" --hypothesis-profile=deep tests/fuzz tests/faults

mutants: setup  ## how many small mistakes in the code the tests notice, on a sample; ten minutes on two cores
	@$(BIN)/python -m tests.mutants $(MUTANTS)

audit: setup  ## the locked dependencies against the known vulnerabilities; needs the public package index
	@mkdir -p .build
	@$(BIN)/uv export --frozen --quiet --output-file .build/requirements.txt
	@$(BIN)/uvx pip-audit==2.10.1 --requirement .build/requirements.txt --disable-pip --strict

check: setup  ## lint, format, types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: setup  ## measures speed and cost beside what people do today; see docs/benchmarks.md
	@$(BIN)/python -m bench

format: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean: down  ## removes what was installed and built; the demo's data too
	rm -rf .venv .build .local .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis

# uv installs the locked versions. Where it is missing, the virtual environment gets the locked uv first.
.venv/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
		{ echo "This Python has no venv module. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		"uv==$$(sed -n '/^name = "uv"$$/{n;s/^version = "\(.*\)"$$/\1/p;}' uv.lock)"
	@$(BIN)/uv sync --frozen --quiet
	@touch $@
