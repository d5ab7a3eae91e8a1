-- Put a schedule into rq-scheduler, or note that it is never due again. Only the clock that leads may.
--
-- An entry of this revision is left alone. One whose timing is the same keeps its pending slot: an edit of anything else,
-- or a deploy, moves no run.
--
-- Holding thousands takes longer than the lock lives, so each call renews it.
--
-- KEYS  1 rq-scheduler's lock   2 its sorted set   3 the entry's hash   4 the revisions that are held   5 the finished ones
-- ARGV  1 token   2 entry   3 name   4 revision   5 timing   6 slot, or '' for never   7 when it is due
--       8 the lock's life, ms   9... fields of the entry: field, value, ...
--
-- Returns 'lost', 'held' (it was there), or the pending slot ('' for never).
local call = redis.call
if call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
call('PEXPIRE', KEYS[1], ARGV[8])
local kind = call('TYPE', KEYS[3]).ok
if kind ~= 'hash' and kind ~= 'none' then call('DEL', KEYS[3]) end -- somebody else has written there
local there = call('HMGET', KEYS[3], 'revision', 'timing', 'slot', 'last_task')
local score = call('ZSCORE', KEYS[2], ARGV[2])
local pending = tonumber(there[3] or '')
if pending and pending > 253402300799 then pending = nil end -- after the year 9999: nobody of ours wrote that
if there[1] == ARGV[4] and pending and score then return 'held' end
local slot, due = ARGV[6], ARGV[7]
if there[2] == ARGV[5] and pending and score then slot, due = there[3], score end
call('DEL', KEYS[3])
if slot == '' then
  call('ZREM', KEYS[2], ARGV[2])
  call('HDEL', KEYS[4], ARGV[3])
  call('HSET', KEYS[5], ARGV[3], ARGV[4])
  return ''
end
call('HSET', KEYS[3], 'slot', slot, 'revision', ARGV[4], 'timing', ARGV[5], 'last_task', there[4] or '', unpack(ARGV, 9))
call('ZADD', KEYS[2], due, ARGV[2])
call('HSET', KEYS[4], ARGV[3], ARGV[4])
call('HDEL', KEYS[5], ARGV[3])
return slot
