-- Tasks that are due, from a sorted set into their queues: one-off runs, what stock clients schedule, delayed retries.
--
-- Each is a compare-and-set on its score, so whoever comes second does nothing. Payloads are not looked at.
--
-- KEYS  1 rq-scheduler's lock   2 the sorted set   3 the set of queues
-- ARGV  1 token   2 now, as RQ writes times   3 RQ's timeout for a job that has none
--       4... of each: id, score, next score ('' for none), queue, 1 for the queue's head, new meta ('' for the old one)
--
-- Returns how many went into a queue, or -1 if this clock does not lead any more.
local call = redis.call
if call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local count = 0
for i = 4, #ARGV, 6 do
  local id, expected, following, queue, front, meta = unpack(ARGV, i, i + 5)
  local key, score = 'rq:job:' .. id, call('ZSCORE', KEYS[2], id)
  if score and tonumber(score) == tonumber(expected) then
    if call('TYPE', key).ok ~= 'hash' then
      call('ZREM', KEYS[2], id)
    else
      if following == '' then call('ZREM', KEYS[2], id) else call('ZADD', KEYS[2], following, id) end
      call('HSET', key, 'status', 'queued', 'enqueued_at', ARGV[2], 'origin', queue)
      call('HSETNX', key, 'timeout', ARGV[3])
      if meta ~= '' then call('HSET', key, 'meta', meta) end
      local ttl = tonumber(call('HGET', key, 'ttl') or '')
      if ttl and ttl > 0 then call('EXPIRE', key, ttl) else call('PERSIST', key) end
      call('SADD', KEYS[3], 'rq:queue:' .. queue)
      call(front == '1' and 'LPUSH' or 'RPUSH', 'rq:queue:' .. queue, id)
      count = count + 1
    end
  end
end
return count
