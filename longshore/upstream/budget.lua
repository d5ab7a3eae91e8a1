-- A token bucket that all processes draw from: how long to wait before the next call may go out.
-- KEYS[1] the bucket. ARGV: calls a second, burst, now in seconds, calls wanted (0 only slows down), seconds in which
-- nobody calls (0 for none), factor by which the rate falls (1 for none), TTL in seconds.
-- A call that has to wait takes its token in advance, so that waiting calls line up.
local rate, burst, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'slow', 'closed')
local tokens, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
local slow, closed = tonumber(kept[3]) or 1, tonumber(kept[4]) or 0
if now > at then
  slow = math.min(1, slow + (now - at) / 600)
  tokens = math.min(burst, tokens + math.max(now - math.max(at, closed), 0) * rate * slow)
  at = now
end
slow = math.max(0.05, slow * tonumber(ARGV[6]))
if tonumber(ARGV[5]) > 0 then
  closed = math.max(closed, now + tonumber(ARGV[5]))
  tokens = math.min(tokens, 0)
end
tokens = tokens - tonumber(ARGV[4])
local wait = math.max(closed - now, 0)
if tokens < 0 then
  wait = wait + -tokens / (rate * slow)
end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', at, 'slow', slow, 'closed', closed)
redis.call('EXPIRE', KEYS[1], ARGV[7])
return tostring(wait)
