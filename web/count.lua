-- Counts requests of an address in a window that begins with its first one.
--
-- KEYS[1]  its counter
-- ARGV[1]  how many more
-- ARGV[2]  seconds that a window takes
--
-- Answers how many there are in this window, and the milliseconds until it ends.
local total = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  left = ARGV[2] * 1000
  redis.call('PEXPIRE', KEYS[1], left)
end
return {total, left}
