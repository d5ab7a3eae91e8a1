-- Take a schedule out of rq-scheduler. Only the clock that leads may. Its slot records stay for a while.
--
-- KEYS  1 rq-scheduler's lock   2 its sorted set   3 the entry's hash   4 the revisions that are held   5 the finished ones
--       6 its slot records
-- ARGV  1 token   2 entry   3 name   4 seconds that the records stay
local call = redis.call
if call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
call('ZREM', KEYS[2], ARGV[2])
call('DEL', KEYS[3])
call('HDEL', KEYS[4], ARGV[3])
call('HDEL', KEYS[5], ARGV[3])
call('EXPIRE', KEYS[6], ARGV[4])
return 1
