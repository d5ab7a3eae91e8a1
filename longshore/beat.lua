-- A heartbeat for a worker and the task in its hands, if it still has it.
--
-- KEYS  1 the worker's hash   2 its set of executions   3 the execution's hash   4 the task's executions
--       5 the queue's started tasks   6 the task's hash
-- ARGV  1 now, as RQ writes times   2 now, seconds with a fraction   3 seconds that the worker lives
--       4 seconds that the task lives   5 score until which RQ's own clean-up leaves it alone
--       6 execution id   7 task id   8 worker's name   9 when the execution began
redis.call('HSET', KEYS[1], 'last_heartbeat', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
local member = ARGV[7] .. ':' .. ARGV[6]
if not redis.call('ZSCORE', KEYS[5], member) then return 0 end
-- The whole hash: it may have expired while Redis was away, and half of one breaks those who read it.
redis.call('HSET', KEYS[3], 'id', ARGV[6], 'job_id', ARGV[7], 'last_heartbeat', ARGV[2], 'worker_name', ARGV[8])
redis.call('HSETNX', KEYS[3], 'created_at', ARGV[9])
redis.call('EXPIRE', KEYS[3], ARGV[4])
redis.call('ZADD', KEYS[5], ARGV[5], member)
redis.call('ZADD', KEYS[4], ARGV[5], ARGV[6])
redis.call('EXPIRE', KEYS[4], ARGV[4] + 60)
redis.call('SADD', KEYS[2], member)
redis.call('EXPIRE', KEYS[2], ARGV[4] + 60)
if redis.call('EXISTS', KEYS[6]) == 1 then redis.call('HSET', KEYS[6], 'last_heartbeat', ARGV[1]) end
return 1
