#!/usr/bin/env bash
# One command up: Redis if none is given, the migrations, then web, worker and clock until Ctrl-C; and the
# sandbox, which makes odds up (docs/sandbox.md), unless UPSTREAMS=live or ODDS_API_KEY is set.
#
# Needs Python 3.11 to 3.13 with pip, and git to have come here. Honours PORT (8000), REDIS_URL,
# DATABASE_URL, VAR_DIR (var), ENVIRONMENT (development), PYTHON, and a .env file.
set -euo pipefail

# A relative VAR_DIR means the caller's folder, not ours.
case ${VAR_DIR:-} in
  "" | /*) ;;
  *) export VAR_DIR="$PWD/$VAR_DIR" ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=bin/venv.sh
. bin/venv.sh

ensure_venv requirements.txt
exec "$VENV/bin/python" -m longshore.local "$@"
