-- A token bucket that all processes draw from: how long to wait before the next call may go out.
-- KEYS[1] the bucket. ARGV: 1 calls a second  2 burst  3 now in seconds  4 calls wanted (0 only changes the bucket)
-- 5 seconds in which nobody calls (0 for none)  6 factor by which the rate falls (1 for none)  7 TTL in seconds
-- 8 longest wait: who would have to wait longer goes away and takes no token  9 when the call was sent that was answered
-- with a 429: calls that were under way together slow down once  10 calls that are left, as the upstream says
-- A call that waits takes its token in advance, so that waiting calls line up.
local rate, burst, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'slow', 'closed', 'slowed')
local tokens, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
local slow, closed, slowed = tonumber(kept[3]) or 1, tonumber(kept[4]) or 0, kept[5] or '0'
local gone = math.max(now - at, 0) -- a clock that is ahead has written `at`: go on from now
slow = math.min(1, slow + gone / 600)
tokens = math.min(burst, tokens + math.min(gone, math.max(now - closed, 0)) * rate * slow)
if tonumber(ARGV[6]) < 1 and tonumber(ARGV[9]) > (tonumber(slowed) or 0) then
  slow, slowed = math.max(0.05, slow * tonumber(ARGV[6])), ARGV[3]
end
if tonumber(ARGV[5]) > 0 then
  closed = math.max(closed, now + tonumber(ARGV[5]))
  tokens = math.min(tokens, 0)
end
tokens = math.min(tokens, tonumber(ARGV[10]))
local wait = math.max(closed - now, 0)
local after = tokens - tonumber(ARGV[4])
if after < 0 then
  wait = wait + -after / (rate * slow)
end
if wait <= tonumber(ARGV[8]) then
  tokens = after
end
local function text(number) return string.format('%.6f', number) end -- tostring() keeps 14 digits
redis.call('HSET', KEYS[1], 'tokens', text(tokens), 'at', ARGV[3], 'slow', text(slow), 'closed', text(closed),
  'slowed', slowed)
redis.call('EXPIRE', KEYS[1], math.ceil(ARGV[7] + math.max(closed - now, 0)))
return text(wait)
