-- Write a task's meta, unless the task is gone: an HSET would bring back a hash with nothing else in it.
-- Answers whether somebody asked it to finish.
-- KEYS[1] the task's hash   ARGV[1] the meta, as JSON
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'meta', ARGV[1])
  return redis.call('HEXISTS', KEYS[1], 'finish')
end
return 0
