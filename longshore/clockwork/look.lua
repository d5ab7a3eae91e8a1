-- One look of a clock: who leads, what is due, when to look again. An idle clock makes this one call.
--
-- KEYS  1 rq-scheduler's lock   2 its sorted set   3 the counter of changes   4 the living clock's hash
--       5 the mark that a clock has been here   6 the set of queues
-- ARGV  1 this clock's token   2 the lock's life, ms   3 now, seconds, or '' for Redis's own time   4 most entries
--       5 1: lead even if Redis has been emptied   6 the clock hash's life, s   7 its host   8 its pid
--       9... names of more queues
--
-- Returns { 0: another leads, 1: this one does, 2: from now on, now, changes, marked, [entry, score, ...], next due or '', [queue, [[id, score, ...]] ...], who leads }
local call = redis.call
local now = ARGV[3]
if now == '' then
  local time = call('TIME')
  now = time[1] .. '.' .. string.format('%06d', tonumber(time[2]))
end
local marked = call('EXISTS', KEYS[5])
local holder, leads = call('GET', KEYS[1]), 1
-- Whoever led when Redis was emptied remembers what it has fired, so it has precedence.
if not holder and (marked == 1 or ARGV[5] == '1') then
  call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  holder, leads = ARGV[1], 2
end
local changes = call('GET', KEYS[3]) or '0'
if holder ~= ARGV[1] then return { 0, now, changes, marked, {}, '', {}, holder or '' } end
call('PEXPIRE', KEYS[1], ARGV[2])
call('HSET', KEYS[4], 'name', ARGV[1], 'host', ARGV[7], 'pid', ARGV[8], 'beat', now)
call('EXPIRE', KEYS[4], ARGV[6])

local soonest = ''
local function sooner(found)
  local score = found[2]
  if score and (soonest == '' or tonumber(score) < tonumber(soonest)) then soonest = score end
end

local due = call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[4])
sooner(call('ZRANGEBYSCORE', KEYS[2], '(' .. now, '+inf', 'WITHSCORES', 'LIMIT', 0, 1))

-- RQ's delayed retries and scheduled jobs. A queue for which a worker's own scheduler holds RQ's lock is left to it.
local seen, later = {}, {}
local function look_at(name)
  if seen[name] then return end
  seen[name] = true
  local registry = 'rq:scheduled:' .. name
  if call('EXISTS', registry) == 0 or call('EXISTS', 'rq:scheduler-lock:' .. name) == 1 then return end
  local ids = call('ZRANGEBYSCORE', registry, '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[4])
  if #ids > 0 then later[#later + 1] = { name, ids } end
  sooner(call('ZRANGEBYSCORE', registry, '(' .. now, '+inf', 'WITHSCORES', 'LIMIT', 0, 1))
end
for index = 9, #ARGV do look_at(ARGV[index]) end
for _, key in ipairs(call('SMEMBERS', KEYS[6])) do look_at(string.sub(key, #'rq:queue:' + 1)) end
return { leads, now, changes, marked, due, soonest, later, holder }
