# Everything a newcomer needs: `make demo` and `make test`. Both install what they need.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo down setup test test-deep coverage audit docs check bench format pulumi clean

help:  ## prints this list, and does nothing else
	@awk -F ':.*## +' '/^[a-z-]+:.*## / { printf "  make %-10s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup  ## the whole system on this machine, the dashboard on PORT if given; Ctrl-C stops it
	@$(BIN)/python -m local up $(if $(PORT),--port $(PORT))

down:  ## stops a stack that was started with --detach
	@if [ -e .local/processes.json ] && [ -x $(BIN)/python ]; then $(BIN)/python -m local down; \
		else echo "Nothing was running."; fi

# Asked each time, which takes a tenth of a second: `pulumi install` and `uv sync` leave only what they need.
setup: $(BIN)/uv  ## installs, and nothing else
	@UV_PROJECT_ENVIRONMENT=.venv $(BIN)/uv sync --frozen --quiet --all-groups

test: setup  ## every test
	@$(BIN)/python -m pytest --numprocesses auto

# Those that take minutes or draw examples: all others would do what they did under `make test`.
DEEP = $(addprefix tests/,fuzz/test_any_body.py fuzz/test_openapi.py faults/test_nothing_lost_nothing_twice.py \
	faults/test_ledger.py oracles/incidents/test_histories.py oracles/notifications/test_histories.py \
	unit/handlers/notifications/test_many_live.py)

test-deep: setup  ## the tests that take minutes: many more examples, and a minute of load with faults
	@$(BIN)/python -m pytest --numprocesses auto -m "deep or not deep" --hypothesis-profile=deep $(DEEP)

# Only a report: no share of it passes or fails.
coverage: setup  ## the branches that the tests without a running stack leave out
	@mkdir -p .build
	@$(BIN)/python -m pytest --numprocesses auto --quiet --cov --cov-report=term \
		tests/unit tests/infra tests/hardening tests/oracles tests/dashboard --ignore=tests/dashboard/browser

audit: setup  ## the locked dependencies against the known vulnerabilities; needs the public package index
	@mkdir -p .build
	@$(BIN)/uv export --frozen --quiet --all-groups --output-file .build/requirements.txt
	@$(BIN)/uvx pip-audit==2.10.1 --requirement .build/requirements.txt --disable-pip --strict

docs: setup  ## writes the pages that are made from the code
	@$(BIN)/python -m docs.generate

check: setup  ## lint, format, types, import rules, generated pages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/python -m docs.generate --check

bench: setup  ## measures speed and cost beside what people do today; see docs/development/benchmarks.md
	@$(BIN)/python -m bench

# The engine's tests want a Pulumi CLI. The version is that of tests/engine/cli/go.mod.
PULUMI_VERSION = $(shell sed -n 's,^\tgithub.com/pulumi/pulumi/pkg/v3 v\([^ ]*\).*,\1,p' tests/engine/cli/go.mod)
PULUMI = .build/pulumi-$(PULUMI_VERSION)/bin/pulumi

pulumi:  ## a Pulumi CLI from its Go modules, for tests/engine; needs Go, and minutes the first time
	@test -x $(PULUMI) || { mkdir -p $(dir $(PULUMI)) && cd tests/engine/cli && \
		go build -o $(CURDIR)/$(PULUMI) \
			-ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$(PULUMI_VERSION)" \
			github.com/pulumi/pulumi/pkg/v3/cmd/pulumi; }

format: setup  ## fixes what lint and format can fix
	@$(BIN)/ruff check --fix --quiet --exit-zero .
	@$(BIN)/ruff format .

clean: down  ## removes what was installed and built; the demo's data too
	rm -rf .venv .build .local .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis

# uv installs the locked versions. Where it is missing, the virtual environment gets the locked uv first.
$(BIN)/uv:
	@test -w . || { echo "This folder is read-only, and make installs into .venv here: use a copy that you may write to."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv || \
		{ echo "This Python has no venv module. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --retries 1 --disable-pip-version-check \
		"uv==$$(sed -n '/^name = "uv"$$/{n;s/^version = "\(.*\)"$$/\1/p;}' uv.lock)" || \
		{ echo "No package index is reachable. Behind a proxy, set HTTPS_PROXY; for a mirror, PIP_INDEX_URL and UV_DEFAULT_INDEX."; exit 1; }
