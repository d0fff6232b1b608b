# Lắng Nghe. `make help` says what there is.
# Every target sets up what it needs itself: the virtual environment is .venv, pins are in constraints.txt.

PY := .venv/bin/python
DATA ?=
.DEFAULT_GOAL := help

.PHONY: help demo test check bench evaluate models constraints clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 18

demo: .venv/.app ## crawl a small web on this machine, analyse it, and open the console on it
	.venv/bin/langnghe demo $(ARGS)

test: .venv/.dev ## run the tests (needs Chromium; installed here when root)
	@tools/system-packages chromium
	$(PY) -m pytest $(ARGS)

check: .venv/.dev ## lint, format, types, the rooms' imports, unused dependencies
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .

bench: .venv/.dev ## measure speed, as ratios against named peers in the same run
	$(PY) tools/bench_analysis.py $(ARGS)

evaluate: .venv/.dev ## measure quality on texts kept out of training: make evaluate DATA=DIR
	@test -n "$(DATA)" || { echo "make evaluate needs DATA=DIR, a folder with labels.jsonl and invented.jsonl"; exit 2; }
	$(PY) -m nlp.models_from evaluate "$(DATA)"

models: .venv/.dev ## train the packaged models anew: make models DATA=DIR
	@test -n "$(DATA)" || { echo "make models needs DATA=DIR, a folder with labels.jsonl, invented.jsonl and comments.parquet"; exit 2; }
	$(PY) -m nlp.models_from build "$(DATA)"

constraints: .venv/.dev ## write the installed versions into constraints.txt
	.venv/bin/pip freeze --all --exclude-editable | grep -v -e '@' -e '^setuptools==' > constraints.txt

clean: ## remove the virtual environment and the demo's data
	rm -rf .venv demo-data

.venv/bin/pip:
	@tools/system-packages venv
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt pip

.venv/.app: pyproject.toml constraints.txt | .venv/bin/pip
	@echo "Installing Lắng Nghe into .venv (about a minute) ..."
	.venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | .venv/bin/pip
	@echo "Installing Lắng Nghe with its development tools into .venv (about a minute) ..."
	.venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev,train]"
	@touch $@ .venv/.app
