"""Who answers: an upstream, with or without a fault, the list of faults, or the page that explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sandbox import faults
from sandbox.faults import Faults, WrongFault
from sandbox.messages import Answer, Request, Upstream, as_json, as_text

PAGE = """\
This is Longshore's sandbox. It stands in for outside services, in their exact formats.
{what}
Nothing here is true of the world, and each answer says so: x-longshore-sandbox: 1.

{examples}

Faults on demand, for the next call or for this one:

  curl -X POST {url}/faults -d '{{"upstream": "{name}", "fault": "429", "times": 1, "retry_after": 2}}'
  curl -X DELETE {url}/faults
  curl '{url}/{path}{example}&fault=stall&seconds=5'

{kinds}
"""


class Site:
    """Everything that the sandbox answers.

    Args:
        upstreams: the stand-ins.
        what: a sentence on the data.
    """

    def __init__(self, upstreams: Sequence[Upstream], what: str) -> None:
        self._upstreams = {one.path: one for one in upstreams}
        self._names = [one.name for one in upstreams]
        self._what = what
        self._faults = Faults()

    def respond(self, request: Request, now: float) -> Answer:
        """The answer to a request at a time, in seconds since 1970."""
        first, _, rest = request.path.lstrip("/").partition("/")
        try:
            if first in self._upstreams:
                return self._upstream(self._upstreams[first], replace(request, path=f"/{rest}"), now)
            if first == "faults" and not rest:
                return self._on_faults(request)
        except WrongFault as wrong:
            return as_json({"error": str(wrong)}, 422)
        if not first and request.method == "GET":
            return as_text(self._page(request))
        return as_text(f"There is no {request.path} here; / says what there is.\n", 404)

    def _upstream(self, upstream: Upstream, request: Request, now: float) -> Answer:
        fault = faults.from_query(upstream.name, request.query)
        fault = fault or self._faults.take(upstream.name, request.path)
        if fault is None:
            return upstream.answer(request, now)
        if fault.fault in faults.REFUSALS:
            return upstream.refusal(fault.fault, fault.retry_after)
        return faults.spoiled(upstream.answer(request, now), fault)

    def _on_faults(self, request: Request) -> Answer:
        if request.method == "POST":
            self._faults.add(faults.from_body(request.body, self._names))
        elif request.method == "DELETE":
            self._faults.clear()
        elif request.method != "GET":
            return as_text("GET, POST or DELETE.\n", 405)
        return as_json({"waiting": self._faults.waiting()})

    def _page(self, request: Request) -> str:
        url = f"http://{request.headers.get('host', '127.0.0.1')}"
        every = self._upstreams.values()
        some = next(iter(every))
        return PAGE.format(
            what=self._what,
            examples="\n".join(f"  curl '{url}/{one.path}{one.example}'" for one in every),
            url=url,
            name=some.name,
            path=some.path,
            example=some.example,
            kinds="\n".join(f"  {kind:15} {what}" for kind, what in faults.KINDS.items()),
        )
