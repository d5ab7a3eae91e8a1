"""The peer under test: the same two routes on FastAPI, enqueuing with Celery's `.delay`."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from typing import Any

from celery import Celery
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

streams: set[int] = set()
tasks = Celery("bench", broker=os.environ.get("REDIS_URL"))
tasks.conf.update(task_ignore_result=True)
app = FastAPI()


@tasks.task(name="bench.nothing")  # type: ignore[untyped-decorator]
def nothing(number: int) -> int:
    """The task that the enqueue route queues. No worker runs it."""
    return number


@app.get("/constant")
async def constant() -> dict[str, bool]:
    return {"ok": True}


@app.post("/enqueue", status_code=202)
async def enqueue(body: dict[str, Any]) -> dict[str, str]:
    return {"task_id": nothing.delay(body["number"]).id}


@app.get("/events")
async def events(every: float = 0.5) -> StreamingResponse:
    return StreamingResponse(_tick(every), media_type="text/event-stream")


@app.get("/slow")
async def slow(seconds: float = 2) -> dict[str, bool]:
    await asyncio.sleep(seconds)
    return {"ok": True}


@app.get("/state")
async def state() -> dict[str, int]:
    return {"streams": len(streams)}


async def _tick(every: float) -> AsyncIterator[bytes]:
    mark = id(asyncio.current_task())
    streams.add(mark)
    try:
        while True:
            yield b"data: %.6f\n\n" % time.time()
            await asyncio.sleep(every)
    finally:
        streams.discard(mark)
