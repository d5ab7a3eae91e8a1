#!/usr/bin/env bash
# The worker process: execs the stock `rq` command with our classes.
#
#   WORKER_QUEUES       queues to take, comma separated, first is first; empty: all of the catalog
#   WORKER_CONCURRENCY  worker processes; above 1 they are a pool under one parent
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

settings=$(python -m longshore.worker_settings)
eval "$settings"

# Not --url: a command line is for everybody to see in ps, and the URL may hold a password.
export RQ_REDIS_URL=$REDIS_URL

classes=(
  --connection-class longshore.connections.WorkerRedis
  --worker-class longshore.worker.LongshoreWorker
  --job-class longshore.task.Task
  --serializer longshore.serializer.Serializer
)

if [ "$CONCURRENCY" -gt 1 ]; then
  # The pool has no flags for the intervals: LongshoreWorker's own defaults hold there.
  exec rq worker-pool "${classes[@]}" --logging-level "$LOG_LEVEL" --num-workers "$CONCURRENCY" "${QUEUES[@]}"
fi
# `rq worker` always passes its own defaults, so ours are said again; a test compares them to longshore/worker.py.
exec rq worker "${classes[@]}" --logging_level "$LOG_LEVEL" \
  --worker-ttl 30 --maintenance-interval 15 --job-monitoring-interval 10 "${QUEUES[@]}"
