"""The release check: what would no longer run is found wherever it waits, and nothing is touched."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from redis import Redis
from rq import Callback, Queue
from rq_scheduler import Scheduler

from longshore import every, job, migrations, release
from longshore.catalog import Catalog
from longshore.dispatch import Dispatcher
from longshore.release import KnownSchedule, Report, Row, __main__, report, verdict, walk
from longshore.schedules import edits
from longshore.serializer import Serializer
from longshore.settings import Settings
from longshore.task import RETRIES, SCHEDULE_ENTRY
from tests.conftest import install

SECRET = "hunter2"
SOON = datetime(2030, 1, 1, tzinfo=UTC)
NOTHING = "all that waits runs on this code"
Code = Callable[..., Catalog]


def count(n: int = 1) -> int:
    """The job of the code that runs."""
    return n


def code(func: Callable[..., Any] = count, **options: Any) -> Catalog:
    """A catalog whose only job is `shop.count`, on queue `default`."""
    one = Catalog()
    one.queues["default"] = "tests"
    func.__module__, func.__name__, func.__qualname__ = "jobs.shop", "count", "count"
    job(into=one, **options)(func)
    return one


def nothing() -> Catalog:
    """The code of a deploy that has dropped the job."""
    one = Catalog()
    one.queues["default"] = "tests"
    return one


def enqueue(redis: Redis, **params: Any) -> str:
    """A task of the code that runs."""
    return Dispatcher(redis).dispatch(code().get("shop.count"), params).task_id


def check(redis: Redis, there: Catalog, schedules: Sequence[KnownSchedule] = ()) -> Report:
    """What a release to this code would find."""
    return release.check(redis, there, schedules)


def put(redis: Redis, data: bytes, task_id: str = "odd", **fields: Any) -> None:
    """A task with this payload in the default queue."""
    redis.hset(f"rq:job:{task_id}", mapping={"data": data, "origin": "default", **fields})
    redis.rpush("rq:queue:default", task_id)


def call(name: str = "jobs.shop.count", *args: Any, **params: Any) -> bytes:
    """A payload as RQ's JSON clients make it."""
    return zlib.compress(Serializer.dumps([name, None, args, params]))


def only(found: Report) -> Row:
    """The one kind of fault that was found."""
    (one,) = found.faults
    return one


def text(found: Report) -> str:
    """All that a person would see."""
    return "\n".join(found.lines())


# Where tasks wait


def queued(redis: Redis, task_id: str) -> None:
    redis.rpush("rq:queue:default", task_id)


def half_claimed(redis: Redis, task_id: str) -> None:
    redis.rpush("rq:queue:default:intermediate", task_id)


def started(redis: Redis, task_id: str) -> None:
    redis.zadd("rq:wip:default", {f"{task_id}:an-execution": 1})


def retrying(redis: Redis, task_id: str) -> None:
    redis.zadd("rq:scheduled:default", {task_id: 1})


def deferred(redis: Redis, task_id: str) -> None:
    redis.zadd("rq:deferred:default", {task_id: 1})


def ready(redis: Redis, task_id: str) -> None:
    redis.zadd("rq:ready:default", {task_id: 1})


def limited(redis: Redis, task_id: str) -> None:
    redis.sadd("rq:rl-keys", "a key")
    redis.zadd("rq:rl:a key:rate_limited", {task_id: 1})


def later(redis: Redis, task_id: str) -> None:
    redis.zadd(Scheduler.scheduled_jobs_key, {task_id: 1})


PLACES = [
    (queued, "queued"),
    (half_claimed, "queued"),
    (started, "started"),
    (retrying, "scheduled"),
    (deferred, "deferred"),
    (ready, "ready"),
    (limited, "rate limited"),
    (later, "rq-scheduler"),
]


@pytest.fixture(params=PLACES, ids=lambda one: one[0].__name__)
def waiting(request: pytest.FixtureRequest, redis: Redis) -> tuple[str, str]:
    """A sound task in one of the places; its id, and what the place is called."""
    move, where = request.param
    task_id = enqueue(redis, n=1)
    redis.delete("rq:queue:default")
    move(redis, task_id)
    return task_id, where


def test_where_nothing_waits_all_is_well(redis: Redis) -> None:
    found = check(redis, nothing())
    assert (found.ok, found.checked, found.faults) == (True, 0, [])
    assert text(found).startswith(NOTHING)


def test_what_still_runs_is_let_through(redis: Redis, waiting: tuple[str, str]) -> None:
    found = check(redis, code())
    assert (found.ok, found.checked) == (True, 1)


def test_a_job_that_is_gone_is_found_wherever_its_task_waits(redis: Redis, waiting: tuple[str, str]) -> None:
    task_id, where = waiting
    found = check(redis, nothing())
    assert not found.ok
    assert only(found) == Row(where, "default", "jobs.shop.count", verdict.NO_JOB, 1, task_id)


def test_retries_delays_and_rate_limits_as_we_write_them_are_let_through(redis: Redis) -> None:
    options: dict[str, Any] = {"retries": 3, "overlap": False}
    dispatcher, one = Dispatcher(redis), code(**options).get("shop.count")
    for _ in range(3):
        dispatcher.dispatch(one, {"n": 1})
        dispatcher.dispatch(one, {"n": 1}, delay="1h")
    assert redis.zcard("rq:rl:shop.count:rate_limited") == 2
    found = check(redis, code(**options))
    assert (found.ok, found.checked) == (True, 6)


# What no longer binds


def renamed(number: int = 1) -> int:
    return number


def required(n: int, factor: int) -> int:
    return n * factor


def narrower(n: Annotated[int, Field(le=100)] = 1) -> int:
    return n


def another_type(n: Literal["one", "two"] = "one") -> str:
    return n


@pytest.mark.parametrize(
    ("func", "reason"),
    [
        (renamed, "n: unknown field; shop.count takes number"),
        (required, "factor: Field required"),
        (narrower, "n: Input should be less than or equal to 100"),
        (another_type, "n: Input should be 'one' or 'two'"),
    ],
)
def test_a_changed_signature_is_told_by_its_field(
    redis: Redis, func: Callable[..., Any], reason: str
) -> None:
    enqueue(redis, n=777)
    found = check(redis, code(func))
    assert only(found).reason == reason


def test_a_default_that_is_new_breaks_nothing(redis: Redis) -> None:
    def more(n: int = 5, factor: int = 2) -> int:
        return n * factor

    enqueue(redis)
    enqueue(redis, n=1)
    assert check(redis, code(more)).ok


def test_equal_faults_are_one_row_and_the_most_numerous_come_first(redis: Redis) -> None:
    for n in (1, 2, 3):
        enqueue(redis, n=n)
    put(redis, call("jobs.shop.other"))
    first, second = check(redis, code(renamed)).faults
    assert (first.job, first.count) == ("shop.count", 3)
    assert (second.job, second.count) == ("jobs.shop.other", 1)


def test_stock_clients_positions_are_bound_as_a_worker_binds_them(redis: Redis) -> None:
    stock = Queue("default", connection=redis, serializer="json")
    stock.enqueue("jobs.shop.count", 4)
    assert check(redis, code()).ok
    stock.enqueue("jobs.shop.count", 4, 5)
    assert only(check(redis, code())).reason == "(call): too many positional arguments"


def test_a_job_goes_by_its_name_or_by_where_it_once_was(redis: Redis) -> None:
    put(redis, call("shop.count"), "by-name")
    put(redis, call("jobs.shop.tills.count"), "moved")
    assert check(redis, code()).ok


# Words that hold no value


class Till(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: int = 1


class Cash(BaseModel):
    kind: Literal["cash"]


class Card(BaseModel):
    kind: Literal["card"]


def _refuse(value: str) -> str:
    raise ValueError(f"{value} is not for us")


def validated(n: Annotated[str, AfterValidator(_refuse)]) -> str:
    return n


def keyed(n: dict[str, int]) -> int:
    return len(n)


def nested(n: list[Till]) -> int:
    return len(n)


def tagged(n: Annotated[Cash | Card, Field(discriminator="kind")]) -> str:
    return n.kind


def _crash(value: str) -> str:
    raise LookupError(value)


def crashing(n: Annotated[str, AfterValidator(_crash)]) -> str:
    return n


ASKED: list[int] = []


def noted(n: Annotated[int, AfterValidator(ASKED.append)]) -> None:
    return None


@pytest.mark.parametrize(
    ("func", "given", "reason"),
    [
        (validated, SECRET, "n: not accepted (value_error)"),
        (keyed, {SECRET: "x"}, "n.*: Input should be a valid integer, unable to parse string as an integer"),
        (nested, [{}, {"number": SECRET}], "n.*.number: Input should be a valid integer, unable to parse"),
        (nested, [{"till": SECRET}], "n.*.till: unknown field"),
        (tagged, {"kind": SECRET}, "n: not accepted (union_tag_invalid)"),
        (crashing, SECRET, "checking its parameters raises LookupError"),
    ],
)
def test_no_value_of_a_parameter_is_shown(
    redis: Redis, func: Callable[..., Any], given: Any, reason: str
) -> None:
    put(redis, call(n=given))
    found = check(redis, code(func))
    assert only(found).reason.startswith(reason)
    assert SECRET not in text(found)


def test_of_many_faults_a_few_are_told(redis: Redis) -> None:
    put(redis, call(**{f"field{n}": SECRET for n in range(200)}))
    reason = only(check(redis, code())).reason
    assert reason.startswith("field0: unknown field; shop.count takes n; field1")
    assert reason.endswith("and 98 more")


def test_names_from_elsewhere_cannot_write_to_the_terminal(redis: Redis) -> None:
    put(redis, call("jobs.shop.\x1b[2J\n" + "x" * 1_000))
    found = check(redis, code())
    assert only(found).job.startswith("jobs.shop.?[2J?xxx")
    assert len(only(found).job) == 200


# What is damaged


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not JSON",
        b"[1, 2",
        zlib.compress(b"[1, 2, 3, 4]")[:-3],
        Serializer.dumps(["shop.count"]),
        Serializer.dumps([{"a": SECRET}, None, [], {}]),
        b"[" * 100_000,
    ],
)
def test_a_payload_that_is_no_call_fails_the_release(redis: Redis, data: bytes) -> None:
    put(redis, data)
    found = check(redis, code())
    assert (only(found).job, only(found).reason) == ("", verdict.NO_CALL)
    assert SECRET not in text(found)


@pytest.mark.parametrize("params", [[], None, "text", 5])
def test_parameters_that_are_no_names_and_values_fail_the_release(redis: Redis, params: Any) -> None:
    put(redis, Serializer.dumps(["shop.count", None, [], params]))
    assert not check(redis, code()).ok


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("created_at", "yesterday"),
        ("enqueued_at", "2026-13-41T00:00:00Z"),
        ("result_ttl", "a while"),
        ("timeout", "soon"),
        ("status", "odd"),
        ("retries_left", "x"),
        ("retry_intervals", "[1,,2]"),
    ],
)
def test_a_damaged_hash_fails_the_release(redis: Redis, field: str, value: str) -> None:
    redis.hset(f"rq:job:{enqueue(redis, n=1)}", field, value)
    assert only(check(redis, code())).reason.startswith("its hash is damaged (")


def test_a_key_that_holds_no_hash_fails_the_release(redis: Redis) -> None:
    redis.set("rq:job:odd", "text")
    redis.rpush("rq:queue:default", "odd")
    assert only(check(redis, code())) == Row("queued", "default", "", verdict.NO_HASH, 1, "odd")


def test_a_callback_that_is_gone_fails_the_release(redis: Redis) -> None:
    stock = Queue("default", connection=redis, serializer="json")
    stock.enqueue("jobs.shop.count", 1, on_success=Callback("jobs.shop.was_called_back"))
    assert only(check(redis, code())).reason == "there is no callback jobs.shop.was_called_back"


def test_meta_that_is_not_json_keeps_no_task_from_running(redis: Redis) -> None:
    redis.hset(f"rq:job:{enqueue(redis, n=1)}", "meta", b"\x80\x04")
    found = check(redis, code())
    assert (found.ok, found.checked) == (True, 1)


def test_ids_without_a_task_are_counted(redis: Redis) -> None:
    redis.rpush("rq:queue:default", "expired", "no-payload")
    redis.hset("rq:job:no-payload", "status", "queued")
    found = check(redis, code())
    assert (found.ok, found.gone, found.checked) == (True, 2, 0)


# What is other people's


class Bomb:
    """Leaves a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_a_pickle_is_counted_never_opened_and_fails_nothing(redis: Redis, tmp_path: Path) -> None:
    Queue("default", connection=redis).enqueue("jobs.shop.count", 4)
    put(redis, zlib.compress(pickle.dumps(("jobs.shop.count", None, (Bomb(tmp_path / "exploded"),), {}))))
    found = check(redis, code())
    assert (found.ok, found.pickled, found.checked) == (True, 2, 0)
    assert "2 not JSON: only a stock worker can run them" in text(found)
    assert not (tmp_path / "exploded").exists()


def test_what_the_clock_leaves_to_a_stock_scheduler_is_counted_as_pickled(redis: Redis) -> None:
    Scheduler("default", connection=redis).schedule(SOON, "jobs.shop.count", interval=60)
    found = check(redis, nothing())
    assert (found.ok, found.pickled) == (True, 1)


def test_queues_of_others_are_counted_and_fail_nothing(redis: Redis) -> None:
    Queue("theirs", connection=redis).enqueue("their.job")
    Queue("theirs", connection=redis, serializer="json").enqueue("their.job")
    put(redis, call("their.job"), "at-scheduler", origin="theirs")
    redis.delete("rq:queue:default")
    redis.zadd(Scheduler.scheduled_jobs_key, {"at-scheduler": 1})
    found = check(redis, code())
    assert (found.ok, found.foreign, found.checked) == (True, 3, 0)
    assert "3 on queues that the catalog does not have" in text(found)


def test_our_own_task_on_a_queue_that_the_deploy_drops_fails_the_release(redis: Redis) -> None:
    enqueue(redis, n=1)
    there = code()
    there.queues = {"renamed": "tests"}
    one = only(check(redis, there))
    assert (one.queue, one.job) == ("default", "shop.count")
    assert one.reason == "the catalog has no queue of this name, so no worker takes it"


def test_a_queue_whose_name_is_no_text_is_walked_too(redis: Redis) -> None:
    redis.sadd("rq:queues", b"rq:queue:\xff")
    redis.rpush(b"rq:queue:\xff", "odd")
    redis.hset("rq:job:odd", mapping={"data": call(), "meta": Serializer.dumps({RETRIES: 0})})
    assert only(check(redis, code())).queue == "\ufffd"


# Schedules


def test_a_schedules_entry_is_left_to_the_check_of_the_schedule(redis: Redis) -> None:
    put(redis, call("jobs.shop.gone"), "entry", meta=Serializer.dumps({SCHEDULE_ENTRY: "a hash"}))
    redis.delete("rq:queue:default")
    later(redis, "entry")
    found = check(redis, code())
    assert (found.ok, found.checked, found.foreign) == (True, 0, 0)


def test_a_stock_recurring_entry_in_json_is_checked(redis: Redis) -> None:
    entry = Scheduler("default", connection=redis).schedule(SOON, "jobs.shop.gone", interval=60)
    recurs = Serializer.dumps({"interval": 60})
    redis.hset(entry.key, mapping={"data": call("jobs.shop.gone"), "meta": recurs})
    assert only(check(redis, code())).where == "rq-scheduler"


def test_schedules_that_no_longer_bind_fail_the_release(redis: Redis) -> None:
    known = [
        KnownSchedule("sound", "shop.count", {"n": 2}),
        KnownSchedule("wrong", "shop.count", {"n": SECRET}),
        KnownSchedule("lost", "shop.gone", {}),
        KnownSchedule("unusable", "shop.count", {}, "there is no zone Mars/Base"),
        KnownSchedule("unreadable", "shop.count", None, "trigger: Field required"),
    ]
    found = check(redis, code(), known)
    assert found.schedules == 5
    assert {(one.where, one.queue, one.job, one.reason, one.example) for one in found.faults} == {
        (
            *("schedule", "default", "shop.count"),
            *("n: Input should be a valid integer, unable to parse string as an integer", "wrong"),
        ),
        ("schedule", "", "shop.gone", verdict.NO_JOB, "lost"),
        ("schedule", "default", "shop.count", "there is no zone Mars/Base", "unusable"),
        ("schedule", "default", "shop.count", "trigger: Field required", "unreadable"),
    }
    assert SECRET not in text(found)


def test_schedules_that_people_have_made_are_checked_but_deleted_ones_are_not(
    redis: Redis, database: str
) -> None:
    before, after = code(schedules=[every("5m", n=1)]), code(renamed)
    document = {"job": "shop.count", "params": {"n": 2}, "trigger": "Every 3 hours"}
    for name in ("made", "made in vain"):
        edits.create(before, document | {"name": name}, "ann")
    edits.delete(before, "made in vain", "ann")
    edits.pause(before, "made", "ann")
    assert release.check(redis, before).schedules == 2
    found = release.check(redis, after)
    assert only(found).reason == "n: unknown field; shop.count takes number"
    assert (only(found).example, only(found).count) == ("made", 1)


# The walk


def test_lists_and_sets_of_many_chunks_are_walked_whole(redis: Redis) -> None:
    many = 2 * walk.CHUNK + 7
    ids = [f"task-{n}" for n in range(3 * many)]
    with redis.pipeline(transaction=False) as pipe:
        for one in ids:
            pipe.hset(f"rq:job:{one}", mapping={"data": call(), "origin": "default"})
        pipe.rpush("rq:queue:default", *ids[:many])
        pipe.zadd("rq:scheduled:default", dict.fromkeys(ids[many : 2 * many], 1))
        pipe.zadd(Scheduler.scheduled_jobs_key, dict.fromkeys(ids[2 * many :], 1))
        pipe.execute()
    seen = [one.task_id.decode() for one in walk.entries(redis, code())]
    assert sorted(seen) == sorted(ids)
    assert check(redis, code()).checked == len(ids)


def test_workers_that_take_tasks_meanwhile_hide_none_that_stays(redis: Redis) -> None:
    ids = [f"task-{n}" for n in range(4 * walk.CHUNK)]
    redis.rpush("rq:queue:default", *ids)
    seen = set()
    for one in walk.entries(redis, code()):
        seen.add(one.task_id.decode())
        if len(seen) <= walk.CHUNK:
            redis.lpop("rq:queue:default")
    assert seen >= set(ids[walk.CHUNK :])


def test_equal_payloads_are_judged_once(redis: Redis) -> None:
    ASKED.clear()
    for number, n in enumerate((1, 1, 1, 2)):
        put(redis, call(n=n), f"task-{number}")
    assert check(redis, code(noted)).checked == 4
    assert ASKED == [1, 2]


@pytest.fixture
def reader(redis: Redis, redis_url: str) -> Iterator[Redis]:
    """A client that Redis lets read, and nothing else."""
    redis.acl_setuser("reader", enabled=True, nopass=True, keys=["*"], categories=["-@all", "+@read"])
    redis.acl_setuser("reader", enabled=True, nopass=True, keys=["*"], commands=["+client", "+hello"])
    with Redis.from_url(redis_url, username="reader", password="any") as client:
        yield client
    redis.acl_deluser("reader")


def contents(redis: Redis) -> dict[bytes, Any]:
    """Every key with what it holds."""
    found: Any = redis.keys()
    return {key: redis.dump(key) for key in found}


def test_nothing_is_written(redis: Redis, reader: Redis, tmp_path: Path) -> None:
    for move, _ in PLACES:
        move(redis, enqueue(redis, n=1))
    put(redis, b"not JSON")
    put(redis, call(), "damaged", created_at="yesterday")
    Queue("theirs", connection=redis).enqueue("their.job")
    redis.rpush("rq:queue:default", "expired")
    before = contents(redis)
    assert not check(reader, nothing()).ok
    assert contents(redis) == before


# The table


def row(count: int, reason: str = "gone") -> Row:
    """A row of so many tasks."""
    return Row("queued", "default", "shop.count", reason, count, "an-id")


def test_a_table_has_a_line_for_each_kind_and_ends_with_the_result() -> None:
    found = Report(1_300, 2, [row(1_204), row(3, "n: Field required")], 0, 0, 0, 1.25)
    assert list(found.lines()) == [
        "count  where   queue    job         e.g.   why it would not run",
        "1,204  queued  default  shop.count  an-id  gone",
        "    3  queued  default  shop.count  an-id  n: Field required",
        "1,207 would not run on this code (tasks: 1,300, schedules: 2, 1.2 s)",
    ]


def test_a_long_table_is_cut() -> None:
    found = Report(60, 0, [row(1, f"reason {n}") for n in range(60)], 0, 0, 0, 0.0)
    lines = list(found.lines())
    assert len(lines) == 1 + report.ROWS + 2
    assert "and 10 more kinds" in lines


def test_kinds_beyond_a_bound_are_counted_together() -> None:
    tally = report.Tally()
    for n in range(report.KINDS + 5):
        tally.fault(row(1, f"reason {n}"))
    found = tally.report(0.0)
    assert found.faulty == report.KINDS + 5
    assert found.faults[0].reason == report.OTHERS
    assert found.faults[0].count == 5


# The release phase


def test_the_release_phase_upgrades_then_checks(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    __main__.main()
    first, last = capsys.readouterr().out.splitlines()
    assert first.endswith("longshore.db is up to date") or first.startswith("postgresql")
    assert last.startswith(NOTHING)


def test_the_release_phase_stops_a_deploy_that_would_break_tasks(
    settings: Settings, redis: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    put(redis, call("jobs.shop.gone"))
    with pytest.raises(SystemExit, match="release: stopped"):
        __main__.main()
    assert "jobs.shop.gone" in capsys.readouterr().out


def test_the_release_phase_says_plainly_that_redis_is_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = settings.model_copy(update={"redis_url": "redis://user:hunter2@127.0.0.1:1/0"})
    for _ in install(away, monkeypatch):
        with pytest.raises(SystemExit) as ended:
            __main__.main()
        assert str(ended.value).startswith("release: Redis at redis://127.0.0.1:1/0 does not answer: ")
        assert "\n" not in str(ended.value)
        assert SECRET not in str(ended.value)


def test_the_release_phase_says_plainly_that_the_database_is_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "folder.db").mkdir()
    away = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/folder.db"})
    for _ in install(away, monkeypatch):
        with pytest.raises(SystemExit, match="release: the database cannot be upgraded: unable to open"):
            __main__.main()


def test_the_release_phase_does_not_check_what_it_could_not_upgrade(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise SystemExit("release: no")

    monkeypatch.setattr(migrations, "upgrade", fail)
    monkeypatch.setattr(__main__, "check", lambda *_: pytest.fail("checked"))
    with pytest.raises(SystemExit, match="release: no"):
        __main__.main()
