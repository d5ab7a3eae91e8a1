-- A new task into its queue, as RQ's transaction does it.
--
-- KEYS  1 the set of queues   2 the queue   3 the task's hash
-- ARGV  1 the task's id   2... field, value, field, value
redis.call('SADD', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[3], unpack(ARGV, 2))
redis.call('RPUSH', KEYS[2], ARGV[1])
