from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from longshore import worker, worker_settings
from longshore.errors import CatalogError, SettingsError
from longshore.settings import load

ROOT = Path(__file__).parents[2]
KNOWN = ("high", "low")


def _in_bash(text: str, words: str) -> str:
    command = ["bash", "-c", f"{text}\nprintf '%s|' {words}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_no_queues_means_all_in_order_of_priority() -> None:
    text = worker_settings.assignments(load(worker_queues=""), KNOWN)
    assert _in_bash(text, '"${QUEUES[@]}" "$CONCURRENCY"') == "high|low|1|"


def test_chosen_queues_keep_their_order() -> None:
    text = worker_settings.assignments(load(worker_queues="low, high", worker_concurrency=3), KNOWN)
    assert _in_bash(text, '"${QUEUES[@]}" "$CONCURRENCY"') == "low|high|3|"


def test_an_url_with_shell_characters_stays_whole() -> None:
    url = "redis://:p'$(x)@host/0"
    assert _in_bash(worker_settings.assignments(load(REDIS_URL=url), KNOWN), '"$REDIS_URL"') == f"{url}|"


def test_an_unknown_queue_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="no queue fast; the queues are high, low"):
        worker_settings.assignments(load(worker_queues="fast"), KNOWN)


def test_a_package_without_queues_is_one_line() -> None:
    with pytest.raises(CatalogError, match=r"^nowhere: its queues cannot be read"):
        worker_settings.declared_queues("nowhere")


def test_a_wrong_setting_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKER_CONCURRENCY", "0")
    assert worker_settings.main() == 2
    assert capsys.readouterr().err.startswith("WORKER_CONCURRENCY='0' is not valid")


@pytest.mark.parametrize("said", ["auto", "AUTO", " auto "])
def test_auto_is_a_concurrency(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("WORKER_CONCURRENCY", said)
    assert _in_bash(worker_settings.assignments(load(), KNOWN), '"$CONCURRENCY"') == "auto|"


@pytest.mark.parametrize("said", ["0", "65", "-1", "2.5", "many", "", "1e1", "9" * 5000])
def test_another_concurrency_is_one_line_that_says_what_is_right(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("WORKER_CONCURRENCY", said)
    right = r"it takes auto, or a whole number greater than or equal to 1 and at most 64$"
    with pytest.raises(SettingsError, match=right):
        load()


def test_the_most_workers_are_not_below_the_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKER_MIN", "6")
    with pytest.raises(SettingsError, match=r"^WORKER_MAX=.* not below WORKER_MIN, which is 6$"):
        load()
    monkeypatch.setenv("WORKER_MAX", "6")
    assert (load().worker_min, load().worker_max) == (6, 6)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MIN", "0"),
        ("MIN", "65"),
        ("MAX", "65"),
        ("TARGET_WAIT", "0"),
        ("MEMORY_MB", "-1"),
        ("MEMORY_MB", "x"),
    ],
)
def test_a_wrong_limit_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"WORKER_{name}", value)
    with pytest.raises(SettingsError, match=f"^WORKER_{name}='{value}' is not valid: it takes "):
        load()


def test_worker_sh_passes_the_workers_own_intervals() -> None:
    flags = dict(
        re.findall(r"--(worker-ttl|maintenance-interval|job-monitoring-interval) (\d+)", _worker_sh())
    )
    assert flags == {
        "worker-ttl": str(worker.WORKER_TTL),
        "maintenance-interval": str(worker.MAINTENANCE_INTERVAL),
        "job-monitoring-interval": str(worker.MONITORING_INTERVAL),
    }


def test_worker_sh_puts_no_url_on_the_command_line() -> None:
    assert "--url" not in re.sub(r"#.*", "", _worker_sh())


def _worker_sh() -> str:
    return (ROOT / "worker.sh").read_text()
