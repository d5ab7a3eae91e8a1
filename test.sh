#!/usr/bin/env bash
# Everything that is checked before a commit: lint, format, types, layers, tests. CI's .ci/run calls it.
#
# Needs what start.sh needs, and nothing that runs: each test process starts its own Redis.
# Arguments go to pytest, e.g. ./test.sh -k lock
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=bin/venv.sh
. bin/venv.sh

ensure_venv requirements.txt requirements-dev.txt
export PATH="$PWD/$VENV/bin:$PATH"

step() {
  local name=$1
  shift
  echo "== $name"
  "$@" || fail "./test.sh failed at: $name"
}

step "ruff check" ruff check .
step "ruff format" ruff format --check .
step "mypy" mypy
step "import-linter" lint-imports --no-cache
step "pytest" python -m pytest -n auto --dist worksteal -m "not slow" "$@"
