# make run     install everything, build the index if it is stale, serve     make test    install everything, test
# make check   format, lint, types, layers, corpus, tests                    make index   build the index
# make eval    measure matching on questions the corpus has never seen       make bench   measure speed and memory
# make train   learn the shared ranker from the offices to train on           make clean   remove what was built
# make screenshots   a picture of everything that the chat window and the pages can look like

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN = .venv/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK = $(BIN)/uv pip compile --quiet pyproject.toml
QUESTION ?= 怎么参保
# A file of tests shares what it builds; in this order the longest are not the last.
TESTS ?= -n 2 --dist loadfile --no-loadscope-reorder
# What takes the whole machine comes after the others, unless only some were asked for.
ALONE = $(if $(filter file,$(origin TESTS)),$(BIN)/python -m pytest -m alone)
CASES ?= tests/cases
# Where the index of the corpus in use lies, see index/manifest.py.
INDEX = $(or $(FAQ_INDEX),$(if $(FAQ_CORPUS),$(FAQ_CORPUS)/built,index/built))
export HOST PORT

.PHONY: run test check index eval bench screenshots train clean lock tools empty
.DEFAULT_GOAL := run

run: .venv/serve
	@# A corpus with a mistake does not stop the service: the last good index goes on.
	@$(BIN)/python -m index build --if-stale || { test -f $(INDEX)/manifest.json && echo "继续使用上一次建好的索引。"; }
	@$(BIN)/python -m bot serve

test: .venv/develop tools index
	$(BIN)/python -m pytest -m "not alone" $(TESTS)
	$(ALONE)

check: .venv/develop tools index
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m corpus check
	$(BIN)/python -m pytest -m "not alone" $(TESTS)
	$(ALONE)

index: .venv/serve
	@$(BIN)/python -m index build --if-stale
	@$(BIN)/python -m bot.teaching train --if-stale
	@# What the console published is built anew where a new program could not read it.
	@$(BIN)/python -m bot.workshop refresh

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
	$(PIP) --no-deps -r requirements.lock
	$(PIP) -r requirements-torch.txt
	$(PIP) --no-deps -e .
	@touch $@

.venv/develop: requirements-dev.lock .venv/serve
	$(PIP) --no-deps -r requirements-dev.lock
	@touch $@

# What the tests drive besides Python; without them those tests are skipped.
tools:
	@tests/support/tools.sh

# The wheel in an empty environment, with nothing for building in it, answers from the built index.
empty:
	rm -rf build/empty
	$(PYTHON) -m venv build/empty
	build/empty/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-serve.lock
	build/empty/bin/python -m pip install --quiet --disable-pip-version-check --no-deps build/wheel/*.whl
	cd build && FAQ_STORE=memory FAQ_INDEX=../index/built empty/bin/faq ask "$(QUESTION)" | tee empty/reply.txt
	grep -q "^\[answer" build/empty/reply.txt

# Kept in step with pyproject.toml; pins that still fit stay as they are.
lock: .venv/develop
	$(LOCK) --extra serve -o requirements-serve.lock
	$(LOCK) --extra serve --extra train -o requirements.lock
	$(LOCK) --extra serve --extra train --extra dev -o requirements-dev.lock
	$(BIN)/python -m tests.support.licences
