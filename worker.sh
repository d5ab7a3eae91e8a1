#!/usr/bin/env bash
# The worker process: execs the stock `rq` command with our classes, or our pool of several such workers.
#
#   WORKER_QUEUES       queues to take, comma separated, first is first; empty: all of the catalog
#   WORKER_CONCURRENCY  worker processes; above 1 they are a pool under one parent. auto: as many as the load
#                       needs, from WORKER_MIN to WORKER_MAX, within WORKER_MEMORY_MB
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

settings=$(python -m longshore.worker_settings)
eval "$settings"

if [ "$CONCURRENCY" != 1 ]; then
  # Not `rq worker-pool`: longshore/pool.py says what that lacks. It reads the same settings again.
  exec python -m longshore.pool
fi

# Not --url: a command line is for everybody to see in ps, and the URL may hold a password.
export RQ_REDIS_URL=$REDIS_URL

# `rq worker` always passes its own defaults, so ours are said again; a test compares them to longshore/worker.py.
exec rq worker \
  --connection-class longshore.connections.WorkerRedis \
  --worker-class longshore.worker.LongshoreWorker \
  --job-class longshore.task.Task \
  --serializer longshore.serializer.Serializer \
  --logging_level "$LOG_LEVEL" \
  --worker-ttl 30 --maintenance-interval 15 --job-monitoring-interval 10 "${QUEUES[@]}"
