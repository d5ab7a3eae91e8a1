-- One step of a horse: record the end of a task, and claim the next, in one call that is safe to repeat.
--
-- KEYS  1 the worker's hash   2 its set of executions   3 RQ's mark of suspension   4 the stream of events
--       5... the queues to claim from, first is first
-- ARGV  1 now, whole seconds   2 now, as RQ writes times   3 now, seconds with a fraction
--       4 the worker's name    5 the worker hash's TTL     6 1: beat for the worker
--       7 seconds between two heartbeats   8 seconds that an execution outlives a missed one
--       9 seconds more that RQ's own clean-up has to leave it alone
--      10 what stands before a task's id in its key   11 and before a queue's name
--      12 1: return the whole hash of what is claimed, not only what it takes to run it
--      13 execution id of the claim, or '' for none    14 1: the answer to this very step was lost before
--      15 1: claim ahead: it is held and not begun, so it has no time of start
--      16 id of a task that was claimed ahead and begins now, or ''
--      17 execution id of what has ended, or '' for none; then, of what has ended:
--      18 task id   19 queue   20 started   21 ended   22 claimed at, seconds   23 ended, seconds
--      24 seconds that it ran   25 result TTL, -1 for ever   26 the value as RQ stores it, or ''
--      27 most events kept   28 its job   29 seconds that it waited   30 most memory used, MB
--
-- Returns { what became of the end, what came of the claim, number of the queue, task id, its hash }.
--   end:    '' none, 'done', 'slow' RQ's own code has to record it, 'lost' it was taken from us meanwhile
--   claim:  '' none was asked for or nothing waits, 'task', 'suspended', 'again' ids without a task were dropped,
--           'late' this is an overtaken copy, whose answer nobody reads
local call = redis.call
local worker, executions = KEYS[1], KEYS[2]
local now, iso, name = ARGV[1], ARGV[2], ARGV[4]
local job, queues = ARGV[10], ARGV[11]
local DROPPED = 100 -- ids without a task that one step may drop: it must not hold Redis for long

local function recorded(task, execution)
  local last = call('XREVRANGE', 'rq:results:' .. task, '+', '-', 'COUNT', 1)[1]
  if last then
    for i = 1, #last[2], 2 do
      if last[2][i] == 'execution_id' then return last[2][i + 1] == execution end
    end
  end
  return false
end

-- Whether this execution may record its end: its task is started, and it still holds it. It also may when the
-- task went back to its queue, because our heartbeats or our claim were lost with Redis: then it leaves the queue.
local function may_end(task, execution, queue)
  local status = call('HGET', job .. task, 'status')
  local held = 'rq:wip:' .. queue
  local member = task .. ':' .. execution
  if status == 'started' then
    if call('EXISTS', job .. task .. ':dependents') == 1 then return 'slow' end
    if call('ZREM', held, member) == 1 then return 'done' end
    return 'lost'
  end
  if recorded(task, execution) then return 'recorded' end
  if status == 'queued' then
    if call('ZSCORE', held, member) then return 'slow' end
    if call('EXISTS', job .. task .. ':dependents') == 1 then
      return call('LREM', queues .. queue, 1, task) == 1 and 'slow' or 'lost'
    end
    return call('LREM', queues .. queue, 1, task) == 1 and 'done' or 'lost'
  end
  -- RQ lets go of a task that is canceled while it runs, and still records how it ends.
  if not status or call('ZSCORE', held, member) or call('SISMEMBER', executions, member) == 1 then return 'slow' end
  return 'lost'
end

local function finish()
  local execution, task, queue = ARGV[17], ARGV[18], ARGV[19]
  local outcome = may_end(task, execution, queue)
  if outcome == 'recorded' then return 'done' end
  if outcome == 'slow' then return outcome end
  local member = task .. ':' .. execution
  call('DEL', 'rq:execution:' .. member)
  call('ZREM', 'rq:executions:' .. task, execution)
  call('SREM', executions, member)
  if outcome == 'lost' then return outcome end
  local hash, results, ttl = job .. task, 'rq:results:' .. task, tonumber(ARGV[25])
  call('HINCRBY', worker, 'successful_job_count', 1)
  call('HINCRBYFLOAT', worker, 'total_working_time', ARGV[24])
  call('HSET', hash, 'status', 'finished', 'started_at', ARGV[20], 'ended_at', ARGV[21],
    'last_heartbeat', ARGV[21], 'worker_name', name)
  local value = ARGV[26]
  if value == '' then
    call('XADD', results, 'MAXLEN', '~', 10, '*', 'type', 1, 'worker_name', name, 'execution_id', execution,
      'execution_started_at', ARGV[22], 'execution_ended_at', ARGV[23])
  else
    call('XADD', results, 'MAXLEN', '~', 10, '*', 'type', 1, 'worker_name', name, 'return_value', value,
      'execution_id', execution, 'execution_started_at', ARGV[22], 'execution_ended_at', ARGV[23])
  end
  if ttl > 0 then
    call('EXPIRE', results, ttl)
    call('EXPIRE', hash, ttl)
    call('ZADD', 'rq:finished:' .. queue, now + ttl, task)
  else
    call('PERSIST', results)
    call('ZADD', 'rq:finished:' .. queue, '+inf', task)
  end
  call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[27], '*', 'task', task, 'job', ARGV[28], 'queue', queue,
    'outcome', 'success', 'error', '', 'wait', ARGV[29], 'run', ARGV[24], 'worker', name, 'peak_mb', ARGV[30])
  return outcome
end

local function begin(index, task, hash, timeout)
  local execution = ARGV[13]
  local member = task .. ':' .. execution
  local ttl = tonumber(ARGV[7])
  if timeout and timeout > 0 and timeout < ttl then ttl = timeout end
  ttl = ttl + tonumber(ARGV[8])
  local record, runs, score = 'rq:execution:' .. member, 'rq:executions:' .. task, now + ttl + ARGV[9]
  call('HSET', record, 'id', execution, 'job_id', task, 'created_at', ARGV[3], 'last_heartbeat', ARGV[3],
    'worker_name', name)
  call('EXPIRE', record, ttl)
  call('ZADD', runs, score, execution)
  call('EXPIRE', runs, ttl + 60)
  call('ZADD', 'rq:wip:' .. string.sub(KEYS[index], #queues + 1), score, member)
  if call('SADD', executions, member) == 1 then call('EXPIRE', executions, ttl + 60) end
  call('HSET', hash, 'last_heartbeat', iso, 'status', 'started', 'started_at', ARGV[15] == '1' and '' or iso,
    'worker_name', name)
  call('PERSIST', hash)
end

-- A task that was held begins, unless it was taken from us meanwhile.
local function start_held()
  local hash = job .. ARGV[16]
  local state = call('HMGET', hash, 'status', 'started_at')
  if state[1] == 'started' and state[2] == '' then call('HSET', hash, 'started_at', iso) end
end

-- What of a task's hash is needed to run it and to know how it ends. The rest is read by those who need it.
local CALL = { 'data', 'timeout', 'result_ttl', 'enqueued_at', 'meta', 'success_callback_name', 'webhooks',
  'rate_limit_key', 'dependency_ids', 'repeats_left', 'failure_ttl' }

local function fields(task)
  local hash = job .. task
  if ARGV[12] == '1' then
    local all = call('HGETALL', hash)
    local timeout, data
    for i = 1, #all, 2 do
      if all[i] == 'timeout' then timeout = all[i + 1] elseif all[i] == 'data' then data = true end
    end
    return all, tonumber(timeout or ''), data
  end
  local found = call('HMGET', hash, unpack(CALL))
  local flat = {}
  for i = 1, #CALL do
    if found[i] then
      flat[#flat + 1] = CALL[i]
      flat[#flat + 1] = found[i]
    end
  end
  return flat, tonumber(found[2] or ''), found[1]
end

-- What an earlier copy of this step has claimed, if its answer was lost.
local function claimed_before()
  for _, member in ipairs(call('SMEMBERS', executions)) do
    local task, execution = string.match(member, '^(.*):([^:]*)$')
    if execution == ARGV[13] then
      local hash = fields(task)
      for index = 5, #KEYS do
        if call('ZSCORE', 'rq:wip:' .. string.sub(KEYS[index], #queues + 1), member) then return { 'task', index - 5, task, hash } end
      end
    end
  end
end

-- Two keys in one look: whether work is suspended, and whether this step is a copy that was overtaken by its own
-- repetition, on another connection. That would claim a second task, which nobody would ever run.
local function halted()
  local repeated = 'longshore:repeated:' .. ARGV[13]
  if ARGV[14] == '1' then call('SET', repeated, 1, 'EX', 600) end
  local found = call('EXISTS', KEYS[3], repeated)
  if found == 0 then return nil end
  if call('EXISTS', KEYS[3]) == 1 then return 'suspended' end
  if ARGV[14] ~= '1' then return 'late' end
end

local function claim()
  if ARGV[14] == '1' then
    local found = claimed_before()
    if found then return found end
  end
  local why = halted()
  if why then return { why } end
  local dropped = 0
  for index = 5, #KEYS do
    while dropped < DROPPED do
      local task = call('LPOP', KEYS[index])
      if not task then break end
      local hash, timeout, data = fields(task)
      if data then
        begin(index, task, job .. task, timeout)
        return { 'task', index - 5, task, hash }
      end
      dropped = dropped + 1
    end
  end
  return { dropped < DROPPED and '' or 'again' }
end

local ended = ''
local got = { '' }
if ARGV[16] ~= '' then start_held() end
if ARGV[13] ~= '' and (ARGV[17] == '') then got = claim() end
if ARGV[17] ~= '' then
  ended = finish()
  if ARGV[13] ~= '' and ended ~= 'slow' then got = claim() end
end
if ARGV[6] == '1' then
  call('HSET', worker, 'last_heartbeat', iso, 'state', got[1] == 'task' and 'busy' or 'idle')
  call('EXPIRE', worker, ARGV[5])
elseif got[1] ~= 'task' then
  call('HSET', worker, 'state', 'idle')
end
return { ended, got[1], got[2] or 0, got[3] or '', got[4] or {} }
