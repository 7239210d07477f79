# `make run` starts BloodSight; `make test` passes the tests. Both do all the set-up.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
PY := $(VENV)/bin/python
DATA_DIR ?= .data
INSTALL = PIP_DISABLE_PIP_VERSION_CHECK=1 $(PY) -m pip install --quiet --require-hashes -r

.DELETE_ON_ERROR:
.PHONY: run test lint long lock clean

run: $(VENV)/run.stamp $(DATA_DIR)/secret_key
	@exec $(PY) manage.py up

test: $(VENV)/dev.stamp
	@$(MAKE) --no-print-directory lint
	@$(PY) -m pytest -q $(PYTEST_ARGS)

# Style, types, imports, templates, migrations and production settings
lint: $(VENV)/dev.stamp
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check .
	@$(VENV)/bin/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	@$(VENV)/bin/lint-imports --no-cache >/dev/null || $(VENV)/bin/lint-imports --no-cache
	@$(PY) -m mypy --no-error-summary
	@DJANGO_SETTINGS_MODULE=tests.settings $(PY) manage.py makemigrations --check --dry-run
	@SECRET_KEY=$$(head -c 48 /dev/urandom | base64 -w0) SITE_URL=https://bloodsight.example \
		$(PY) manage.py check --deploy --fail-level WARNING >/dev/null

# What takes long: kill loops, many writers, speed; figures are printed
long: $(VENV)/dev.stamp
	@$(PY) -m pytest -q -s tests/bench -o norecursedirs= -o python_files='bench_*.py'

lock: $(VENV)/dev.stamp
	$(VENV)/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header -p 3.11 pyproject.toml -o requirements.txt
	$(VENV)/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header -p 3.11 pyproject.toml --group dev -o requirements-dev.txt

clean:
	rm -rf $(VENV)

$(PY):
	@test -n "$(PYTHON)" || { echo "BloodSight needs Python 3.11 or newer; none was found. Install it, then try again."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python can't make a virtual environment here (on Debian: apt install python3-venv)."; exit 1; }

$(VENV)/run.stamp: $(PY) requirements.txt
	@if ! test -f $(VENV)/dev.stamp || test requirements-dev.txt -nt $(VENV)/dev.stamp; then \
		echo "Installing what BloodSight needs ..."; $(INSTALL) requirements.txt 2> >(grep -v "^WARNING: Location" >&2); fi
	@touch $@

$(VENV)/dev.stamp: $(PY) requirements-dev.txt
	@echo "Installing what the tests need ..."
	@$(INSTALL) requirements-dev.txt 2> >(grep -v "^WARNING: Location" >&2)
	@touch $@

$(DATA_DIR)/secret_key:
	@mkdir -p -m 700 $(DATA_DIR)
	@umask 077 && $(PY) -c "import secrets; print(secrets.token_urlsafe(64))" > $@
