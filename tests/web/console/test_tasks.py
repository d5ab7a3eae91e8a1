from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from redis import Redis

from longshore.task import Task
from tests.web.console.conftest import HTML, Page
from web.console.tasks import PAGE

HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"'&"
Enqueue = Callable[..., str]
Work = Callable[..., None]


def test_who_holds_the_id_sees_a_task_but_not_what_is_for_admins(
    page: Page, admin_page: Page, enqueue: Enqueue, work: Work
) -> None:
    task_id = enqueue("demo.fail", message="secret parameter")
    work()
    mine, theirs = page(f"/tasks/{task_id}"), admin_page(f"/tasks/{task_id}")
    assert mine.one("span", class_="badge").text == "FAILURE"
    assert mine.one("p", class_="error").text == "ValueError"
    for hidden in ("Traceback", "Parameters", "Retry"):
        assert hidden not in mine.one("main").text
        assert hidden in theirs.one("main").text
    assert "Sign in to see the log" in mine.text


def test_a_result_is_drawn(page: Page, enqueue: Enqueue, work: Work) -> None:
    task_id = enqueue("demo.echo", value={"games_played": 12, "rows": [{"team": "Ants", "points": 3}]})
    work()
    outcome = page(f"/tasks/{task_id}").one("div", id="outcome")
    assert outcome.all("dt")[0].text == "games played"
    assert [one.text for one in outcome.all("th")] == ["team", "points"]
    assert '"games_played": 12' in outcome.one("pre", id="result-json").text


def test_progress_is_in_the_title_and_in_the_bar(page: Page, enqueue: Enqueue, redis: Redis) -> None:
    task_id = enqueue("demo.steps", total=4)
    task: Task = Task.fetch(task_id, connection=redis)  # type: ignore[assignment]
    report = {"current": 1, "total": 4, "message": "Placing…", "first": [0, 0], "at": 1}
    task.meta["progress"] = report
    task.save_meta()
    redis.hset(task.key, "status", "started")
    shown = page(f"/tasks/{task_id}")
    assert shown.one("title").text == "25 % demo.steps PROGRESS · Longshore"
    assert shown.one("progress").attributes["value"] == "25.0"
    assert "1 of 4" in shown.one("p", class_="figures").text


def test_a_waiting_task_says_why_to_admins(page: Page, admin_page: Page, enqueue: Enqueue) -> None:
    task_id = enqueue("demo.add", a=1)
    assert not page(f"/tasks/{task_id}").all("section", id="why")
    why = admin_page(f"/tasks/{task_id}").one("section", id="why")
    assert "hidden" not in why.attributes
    assert "No worker listens to queue 'default'" in why.text
    assert admin_page(f"/tasks/{task_id}").one("button", data_act="cancel")


def test_log_lines_are_shown_to_admins(admin_page: Page, enqueue: Enqueue, work: Work) -> None:
    task_id = enqueue("demo.steps", total=1, lines=2)
    work()
    lines = [one.text for one in admin_page(f"/tasks/{task_id}").one("ol", id="log").all("li")]
    assert [line.partition("INFO ")[2] for line in lines] == ["line 1 of 2", "line 2 of 2"]


def test_hostile_results_errors_parameters_and_names_stay_text(
    admin_page: Page, admin: FlaskClient, enqueue: Enqueue, work: Work
) -> None:
    nested = {HOSTILE: HOSTILE, "rows": [{HOSTILE: HOSTILE}], "list": [[HOSTILE]], "long": HOSTILE * 9}
    for task_id in (enqueue("demo.echo", value=nested), enqueue("demo.fail", message=HOSTILE)):
        work()
        assert "window.pwned" in admin_page(f"/tasks/{task_id}").text
        for path in (f"/tasks/{task_id}", "/tasks"):
            shown = admin_page(path)
            assert not shown.all("img")
            assert all("src" in one.attributes for one in shown.all("script"))
            assert "<script>window" not in admin.get(path, headers=HTML).text


def test_hostile_log_lines_and_messages_stay_text(admin_page: Page, enqueue: Enqueue, redis: Redis) -> None:
    from longshore import keys

    task_id = enqueue("demo.steps", total=4)
    task: Task = Task.fetch(task_id, connection=redis)  # type: ignore[assignment]
    task.meta["progress"] = {"current": 1, "total": 4, "message": HOSTILE, "first": [0, 0], "at": 1}
    task.save_meta()
    redis.hset(task.key, "status", "started")
    redis.xadd(keys.log(task_id), {"at": "0", "level": HOSTILE, "text": HOSTILE})
    shown = admin_page(f"/tasks/{task_id}")
    assert shown.one("span", id="message").text == HOSTILE
    assert not shown.all("img")
    assert HOSTILE in shown.one("ol", id="log").text


def test_an_unknown_task_has_a_page_that_says_so(page: Page) -> None:
    assert "There is no task" in page("/tasks/no-such-task", 404).one("p", class_="lead").text


def test_the_list_filters_by_status_queue_and_job(admin_page: Page, enqueue: Enqueue, work: Work) -> None:
    done = enqueue("demo.add", a=1)
    work()
    waiting, other = enqueue("demo.add", a=2), enqueue("demo.echo", value={})

    def listed(query: str) -> set[str]:
        rows = admin_page(f"/tasks{query}").one("div", id="list").all("a", class_="mono")
        return {one.attributes["title"] for one in rows}

    assert listed("") == {done, waiting, other}
    assert listed("?status=PENDING") == {waiting, other}
    assert listed("?status=SUCCESS") == {done}
    assert listed("?queue=second") == {other}
    assert listed("?job=demo.add") == {done, waiting}
    assert listed("?status=NONSENSE&queue=nonsense") == {done, waiting, other}


def test_the_chosen_filter_stays_chosen(admin_page: Page) -> None:
    chosen = admin_page("/tasks?status=FAILURE").one("form", class_="filters").one("option", selected="")
    assert chosen.text == "FAILURE"


def test_pages_of_the_list_can_be_turned_and_keep_their_filter(admin_page: Page, enqueue: Enqueue) -> None:
    ids = {enqueue("demo.add", a=n) for n in range(PAGE + 3)}
    first = admin_page("/tasks?queue=default")
    second = admin_page(first.one("a", rel="next").attributes["href"])
    seen = [one.attributes["title"] for shown in (first, second) for one in shown.all("a", class_="mono")]
    assert len(seen) == len(ids)
    assert set(seen) == ids
    assert second.one("div", id="list").all("a")[-1].attributes["href"] == "/tasks?queue=default"


def test_a_made_up_cursor_is_refused(admin_page: Page) -> None:
    assert "cursor is not valid" in admin_page("/tasks?cursor=nonsense", 422).text
