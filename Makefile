# make run     install everything, build the index if it is stale, serve     make test    install everything, test
# make check   format, lint, types, layers, corpus, tests                    make index   build the index
# make eval    measure matching on questions the corpus has never seen       make bench   measure speed and memory
# make train   learn the shared ranker from the twelve offices                make clean   remove what was built
# make screenshots   a picture of everything that the chat window and the pages can look like

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN = .venv/bin
CASES ?= tests/cases
export HOST PORT

.PHONY: run test check index eval bench screenshots train clean
.DEFAULT_GOAL := run

run: .venv/serve
	@# A corpus with a mistake does not stop the service: the last good index goes on.
	@$(BIN)/python -m index build --if-stale || { test -f index/built/manifest.json && echo "继续使用上一次建好的索引。"; }
	@$(BIN)/python -m bot serve

test: .venv/develop index
	$(BIN)/python -m pytest

check: .venv/develop index
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m corpus check
	$(BIN)/python -m pytest

index: .venv/serve
	@$(BIN)/python -m index build --if-stale
	@$(BIN)/python -m bot.teaching train --if-stale

eval: .venv/develop index
	$(BIN)/python -m tests.ruler --cases $(CASES) $(if $(DATA),--data $(DATA))

bench: .venv/develop index
	$(BIN)/python -m tests.bench

screenshots: .venv/develop index
	$(BIN)/python -m tests.pictures

train: .venv/serve
	$(BIN)/python -m index train

clean:
	rm -rf .venv build index/built .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/serve: requirements.lock pyproject.toml | .venv/bin/python
	@echo "安装依赖（第一次约两分钟）……"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@touch $@

.venv/develop: requirements-dev.lock .venv/serve
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@
