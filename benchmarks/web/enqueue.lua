-- What wrk sends to the enqueue route.
wrk.method = "POST"
wrk.body = '{"number": 7}'
wrk.headers["Content-Type"] = "application/json"
