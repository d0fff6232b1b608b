# Lắng Nghe. `make help` says what there is.
# Every target sets up what it needs itself: the virtual environment is .venv, pins are in constraints.txt.

PY := .venv/bin/python
DATA ?=
NODES ?= 1
PORT ?= 0
.DEFAULT_GOAL := help

.PHONY: help demo airflow elasticsearch test test-services test-transformer check bench bench-health bench-large bench-archive bench-transformer evaluate models constraints clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 18

demo: .venv/.app ## crawl a small web on this machine, analyse it, and open the console on it
	.venv/bin/langnghe demo $(ARGS)

airflow: .venv/.dev ## a real Airflow on this machine with our DAGs and a small web, until Ctrl-C: make airflow [PORT=8080]
	@tools/system-packages postgresql
	@exec $(PY) -m tools.local_airflow --port $(PORT) $(ARGS)

elasticsearch: .venv/.dev ## a real Elasticsearch on this machine, until Ctrl-C: make elasticsearch [NODES=3] [PORT=9200]
	@tools/system-packages maven
	@exec $(PY) -m tools.local_elasticsearch --nodes $(NODES) --port $(PORT)

test: .venv/.dev ## run the tests (needs Chromium; installed here when root)
	@tools/system-packages chromium
	$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

test-services: .venv/.dev ## run the tests against servers, which they start: Elasticsearch and PostgreSQL
	@tools/system-packages maven postgresql
	$(PY) -m pytest -m services --timeout 600 --numprocesses 2 --dist loadfile $(ARGS)

test-transformer: .venv-transformer/.dev ## run the transformer's tests, in an environment of their own (6 GB, with torch)
	.venv-transformer/bin/python -m pytest -p no:logging tests/nlp/transformer $(ARGS)

check: .venv/.dev ## lint, format, types, the rooms' imports, unused dependencies, pins that agree
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .
	.venv/bin/pip check

# Each is measured, whatever limit another missed.
bench: .venv/.dev ## measure speed, as ratios against named peers in the same run: make bench [DATA=DIR]
	@missed=0; for each in bench_analysis bench_extraction bench_crawl bench_index; do \
	$(PY) -m tools.$$each $(if $(DATA),--data "$(DATA)") || missed=1; done; exit $$missed

bench-health: .venv/.dev ## measure false alarms and power of the health of sources, on simulated ones
	$(PY) -m tools.bench_health $(ARGS)

bench-large: .venv/.dev ## measure memory over 20,000 pages, the index at a million (hours, 12 GB): make bench-large [DATA=DIR]
	-$(PY) -m tools.bench_crawl --parts memory --memory 20000 $(if $(DATA),--data "$(DATA)")
	$(PY) -m tools.bench_large $(if $(DATA),--data "$(DATA)") $(ARGS)

bench-archive: .venv/.dev ## measure the archive with 100,000 pages: make bench-archive [DATA=DIR]
	$(PY) -m tools.bench_archive $(if $(DATA),--data "$(DATA)") $(ARGS)

bench-transformer: .venv-transformer/.dev ## measure a transformer in int8 against the same in torch
	.venv-transformer/bin/python tools/bench_transformer.py $(ARGS)

evaluate: .venv/.dev ## measure quality on texts kept out of training: make evaluate DATA=DIR
	@test -n "$(DATA)" || { echo "make evaluate needs DATA=DIR, a folder with labels.jsonl, invented.jsonl, news.parquet and comments.parquet"; exit 2; }
	$(PY) -m nlp.models_from evaluate "$(DATA)"

models: .venv/.dev ## train the packaged models anew: make models DATA=DIR
	@test -n "$(DATA)" || { echo "make models needs DATA=DIR, a folder with labels.jsonl, invented.jsonl, news.parquet and comments.parquet"; exit 2; }
	$(PY) -m nlp.models_from build "$(DATA)"

constraints: .venv/.dev .venv-transformer/.dev ## write the installed versions into constraints.txt
	for each in .venv .venv-transformer; do $$each/bin/pip freeze --all --exclude-editable; done \
	| grep -v -e '@' -e '^setuptools==' | awk -F== '!seen[tolower($$1)]++' | LC_ALL=C sort -f > constraints.txt

clean: ## remove the virtual environment and the demo's data
	rm -rf .venv .venv-transformer demo-data

.venv/bin/pip:
	@tools/system-packages venv
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt pip

.venv/.app: pyproject.toml constraints.txt | .venv/bin/pip
	@echo "Installing Lắng Nghe into .venv (about a minute) ..."
	.venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | .venv/bin/pip
	@echo "Installing Lắng Nghe with its development tools into .venv (about two minutes) ..."
	.venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[airflow,dev,s3,train]"
	@touch $@ .venv/.app

.venv-transformer/.dev: pyproject.toml constraints.txt
	@tools/system-packages venv
	@echo "Installing Lắng Nghe with torch into .venv-transformer (some minutes, 6 GB) ..."
	@test -x .venv-transformer/bin/pip || python3 -m venv .venv-transformer
	.venv-transformer/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	.venv-transformer/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev,s3,train,transformer]"
	@touch $@
