# SceneMatch 场景匹配引擎. `make help` lists what there is. Needs GNU make 3.81 or newer and Python 3.11 or newer.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
PY := $(VENV)/bin/python
SCENEMATCH := $(VENV)/bin/scenematch
COLLECTION ?= data/gold/dev
ARGS ?=
# Processes the tests run in; each needs about 4 GB of memory.
JOBS ?= 2

# Our matrix products are small: OpenBLAS's threads wait for each other longer than they work (243 s against 30 s for one
# and the same evaluation on two busy cores).
OPENBLAS_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS

# An environment is right for one lock file, one pyproject.toml and one place: the stamps' names say which.
KEY := $(shell { cat requirements.lock requirements-serve.lock pyproject.toml; pwd; } | cksum | tr ' ' '-')
ALL_STAMP := $(VENV)/.all-$(KEY)
SERVE_STAMP := $(VENV)/.serve-$(KEY)
# Whoever has everything has what serving needs.
SERVE := $(if $(wildcard $(ALL_STAMP)),$(ALL_STAMP),$(SERVE_STAMP))

# The first Python that is new enough; PYTHON=… before `make` puts another one first.
find_python = for p in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done
install = $(PY) -m pip install --disable-pip-version-check
no_network = { echo; \
	echo "Installing failed. Without internet access install from a folder of wheels: docs/operations.md, 'Without internet'."; \
	echo "安装没有完成。没有外网时请用离线安装包安装，做法见 docs/operations.md。"; exit 1; }

.PHONY: help
help: ## List the targets
	@echo "SceneMatch 场景匹配引擎 — make TARGET"
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)$$/  \1|\2/p' Makefile | while IFS='|' read -r name says; do \
		printf '%-12s %s\n' "$$name" "$$says"; done

.PHONY: setup
setup: $(ALL_STAMP) ## Install everything for development into .venv (once; again when the lock changes)

.PHONY: run
run: $(SERVE) ## Start the service with sample data on http://127.0.0.1:8765 (the one command to try it)
	$(SCENEMATCH) demo $(ARGS)

.PHONY: demo
demo: run ## The same as run

.PHONY: test
test: check ## Check format, lint and types, then run all tests (JOBS=n in n processes)
	$(PY) -m pytest --numprocesses $(JOBS) $(ARGS)

.PHONY: check
check: $(ALL_STAMP) ## Check lint, format and types only
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

.PHONY: reindex
reindex: $(SERVE) ## Build, verify and publish a new index while the service keeps answering
	$(SCENEMATCH) build $(ARGS)

.PHONY: evaluate
evaluate: $(SERVE) ## Measure ranking quality on a judged collection (COLLECTION=folder, or ARGS=--all)
	$(SCENEMATCH) evaluate $(if $(filter --all,$(ARGS)),,--collection $(COLLECTION)) $(ARGS)

.PHONY: bench
bench: $(ALL_STAMP) ## Measure speed, memory and build time, beside other systems
	$(PY) -m api.bench $(ARGS)

.PHONY: train
train: $(ALL_STAMP) ## Train the shipped text encoder anew from the knowledge in data/
	$(PY) -m indexer.train $(ARGS)

.PHONY: lock
lock: $(ALL_STAMP) ## Write the lock files from what is installed in .venv
	$(PY) tools/lock.py

.PHONY: clean
clean: ## Remove caches and build leftovers; keeps .venv and your data in var
	rm -rf build dist bench-work *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find matcher indexer api tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@python=$$($(find_python)); if [ -z "$$python" ]; then \
		echo "SceneMatch needs Python 3.11 or newer; none was found. Install it, or name it: make PYTHON=/path/to/python3.12 …"; \
		echo "需要 Python 3.11 或更新的版本，没有找到。请先安装，或指明位置：make PYTHON=/路径/python3.12 …"; exit 1; fi; \
	echo "Creating $(VENV) with $$python ($$($$python -V 2>&1))"; \
	$$python -m venv --clear $(VENV) || { \
		echo "Creating $(VENV) failed. On Debian and Ubuntu: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(ALL_STAMP): $(PY)
	@echo "Installing everything for development into $(VENV): some minutes the first time"
	@$(install) -r requirements.lock || $(no_network)
	@$(install) --quiet --no-build-isolation --no-deps -e . || $(no_network)
	@rm -f $(VENV)/.all-* $(VENV)/.serve-*; touch $@

$(SERVE_STAMP): $(PY)
	@echo "Installing what the service needs into $(VENV): about a minute the first time"
	@$(install) -r requirements-serve.lock || $(no_network)
	@$(install) --quiet --no-build-isolation --no-deps -e . || $(no_network)
	@rm -f $(VENV)/.all-* $(VENV)/.serve-*; touch $@
