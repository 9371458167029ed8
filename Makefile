# Every target is a thin call into dev/; it works from a bare clone.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null \
	&& echo $$p && break; done)
ifeq ($(PYTHON),)
$(error OMS needs Python 3.11 to 3.14 on the PATH; on macOS: brew install python@3.13)
endif

.DEFAULT_GOAL := help
.PHONY: help install run test lint bench messages screenshots lock stop reset

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## install every package, for development
	@$(PYTHON) -m dev.install dev

run: ## start everything with a demo retailer (PORT=8000)
	@exec $(PYTHON) -m dev.run

test: ## lint, then all tests (K=expression, ARGS="…" for a part)
	@$(PYTHON) -m dev.test

lint: ## style, types, layers, migrations, templates, API schema
	@$(PYTHON) -m dev.lint

bench: ## measure against the targets (ONLY=name)
	@$(PYTHON) -m dev.bench

messages: ## collect texts to translate and compile the catalogues
	@$(PYTHON) -m dev.messages

screenshots: ## take the pictures of docs/screenshots again (ONLY=name)
	@$(PYTHON) -m dev.screenshots

lock: ## resolve the newest allowed versions into the lock files
	@$(PYTHON) -m dev.lock

stop: ## stop the local database and queue
	@$(PYTHON) -m dev.services stop --profile all

reset: ## delete the local database and queue with all their data
	@$(PYTHON) -m dev.services reset --profile all
