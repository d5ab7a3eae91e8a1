-- Note that all schedules are held: only by the clock that leads, and so not into a Redis that was emptied meanwhile.
--
-- KEYS  1 rq-scheduler's lock   2 the mark
-- ARGV  1 token
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], 1)
return 1
