-- Set an entry aside that cannot be fired. If too many are, it stays and is tried again in a while.
--
-- KEYS  1 rq-scheduler's lock   2 its sorted set   3 what is set aside   4 the stream of events
-- ARGV  1 token   2 entry   3 its score   4 why, as JSON   5 most that are set aside   6 when it is tried again
--       7 most events kept   8... the event's fields: field, value, ...
--
-- Returns 'aside', 'full', or 'lost' if there is nothing to do any more.
local call = redis.call
local score = call('ZSCORE', KEYS[2], ARGV[2])
if call('GET', KEYS[1]) ~= ARGV[1] or not score or tonumber(score) ~= tonumber(ARGV[3]) then return 'lost' end
if call('HLEN', KEYS[3]) >= tonumber(ARGV[5]) then
  call('ZADD', KEYS[2], ARGV[6], ARGV[2])
  return 'full'
end
call('HSET', KEYS[3], ARGV[2], ARGV[4])
call('ZREM', KEYS[2], ARGV[2])
call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[7], '*', unpack(ARGV, 8))
return 'aside'
