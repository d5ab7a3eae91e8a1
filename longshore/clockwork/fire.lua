-- One move of a schedule: from the slot that is pending to the next one, with at most one new task.
--
-- A compare-and-set: nothing happens unless this clock leads, and the schedule has this revision and this pending slot.
-- So a slot is decided once, whoever dies or wakes up when. Sent again, it answers 'moved'.
--
-- KEYS  1 rq-scheduler's lock   2 its sorted set   3 the entry's hash   4 the schedule's slot records
--       5 the revisions that are held   6 the schedules that are finished   7 the new task's hash   8 its queue
--       9 the set of queues   10 what a unique job's parameters stand for   11 RQ's waiting set of a limit
--      12 the limit's own hash   13 the names of limits
-- ARGV  1 a JSON object: token, entry, name, slot, revision, next ('' for never), due, records (texts, oldest first),
--         kept; and of the task, if one is to be made: task, fired, skipped (its record up to the reason), front, ttl,
--         last (1: not while the last one goes on), unique (its life, or nil), limit (its name, or nil), at (seconds)
--       2... the new task's fields: field, value, ...
--
-- Returns { 'fired' | 'skipped' | 'again' | 'decided' | 'moved' | 'lost', the task in the way }
local call = redis.call
local c = cjson.decode(ARGV[1])
if call('GET', KEYS[1]) ~= c.token then return { 'lost', '' } end
local state = call('HMGET', KEYS[3], 'slot', 'revision', 'last_task')
if state[1] ~= c.slot or state[2] ~= c.revision or not call('ZSCORE', KEYS[2], c.entry) then return { 'moved', '' } end

local UNFINISHED = { created = 1, queued = 1, started = 1, deferred = 1, scheduled = 1, rate_limited = 1, ready_to_enqueue = 1 }
local function goes_on(task)
  if not task or task == '' then return nil end
  local status = call('HGET', 'rq:job:' .. task, 'status')
  return status and UNFINISHED[status] and task
end

local function in_the_way()
  return c.last and goes_on(state[3]) or c.unique and goes_on(call('GET', KEYS[10])) or nil
end

local function enqueue()
  call('HSET', KEYS[7], unpack(ARGV, 2))
  if c.ttl then call('EXPIRE', KEYS[7], c.ttl) end
  call('SADD', KEYS[9], KEYS[8])
  if c.limit then -- RQ's own script, which is called next, lets it through as soon as it may run
    call('SADD', KEYS[13], c.limit)
    call('HSET', KEYS[12], 'concurrency', 1)
    call('ZADD', KEYS[11], c.at, c.task)
  elseif c.front then
    call('LPUSH', KEYS[8], c.task)
  else
    call('RPUSH', KEYS[8], c.task)
  end
  if c.unique then call('SET', KEYS[10], c.task, 'EX', c.unique) end
  call('HSET', KEYS[3], 'last_task', c.task)
end

local outcome, blocker = 'decided', nil
local kind = call('TYPE', KEYS[4]).ok
if kind ~= 'list' and kind ~= 'none' then call('DEL', KEYS[4]) end -- somebody else has written there
for _, record in ipairs(c.records) do call('LPUSH', KEYS[4], record) end
if c.task then
  blocker = in_the_way()
  if call('EXISTS', KEYS[7]) == 1 then
    outcome = 'again' -- it was fired before the entry was lost and restored
  elseif blocker then
    outcome = 'skipped'
    call('LPUSH', KEYS[4], (string.gsub(c.skipped, '@', blocker)))
  else
    outcome = 'fired'
    enqueue()
    call('LPUSH', KEYS[4], c.fired)
  end
end
call('LTRIM', KEYS[4], 0, c.kept - 1)
if c.next == '' then
  call('ZREM', KEYS[2], c.entry)
  call('DEL', KEYS[3])
  call('HDEL', KEYS[5], c.name)
  call('HSET', KEYS[6], c.name, c.revision)
else
  call('HSET', KEYS[3], 'slot', c.next)
  call('ZADD', KEYS[2], c.due, c.entry)
end
return { outcome, blocker or '' }
