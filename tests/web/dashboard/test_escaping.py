"""rq-dashboard's templates as they are served, and what we lean on in the version that is pinned.

A new version of rq-dashboard makes these fail where it moved something. Then read its templates
again before the pin changes: each test says what has to hold.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rq_dashboard import web as upstream

from tests.web.dashboard.planting import HOSTILE, QUEUE
from web.dashboard import escaping

FOLDER = Path(upstream.blueprint.root_path) / "templates" / "rq_dashboard"
TEMPLATES = sorted(one for one in FOLDER.rglob("*") if one.suffix in (".html", ".js"))


def test_the_version_is_the_one_whose_templates_and_routes_were_read() -> None:
    assert version("rq-dashboard") == "0.9.0"
    assert {one.name for one in TEMPLATES} == {
        "base.html", "footer.html", "inline_js.html", "job.html", "jobs.html", "navbar.html", "queues.html",
        "workers.html", "dashboard.js", "job.js", "jobs.js", "queues.js", "workers.js",
    }  # fmt: skip


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda one: one.name)
def test_no_template_trusts_a_value(path: Path) -> None:
    served = escaping.safe(path.read_text())
    assert "<%" not in served  # every underscore template is compiled
    assert not re.search(r"\|\s*safe", served.replace("|tojson|safe", ""))
    assert not re.search(r"\son\w+\s*=\s*[\"']", served)  # no handlers in attributes
    assert "javascript:" not in served
    assert "autoescape" not in served
    assert not re.search(r"(src|href)=[\"']?(https?:)?//(?!github\.com|python-rq\.org)", served)
    for script in re.findall(r"<script\b[^>]*>", served):
        assert 'nonce="{{ csp_nonce() }}"' in script


@pytest.mark.parametrize("path", [one for one in TEMPLATES if one.suffix == ".js"], ids=lambda one: one.name)
def test_scripts_take_values_as_json_only(path: Path) -> None:
    for value in re.findall(r"\{\{(.*?)\}\}", escaping.safe(path.read_text())):
        assert "tojson" in value, value


def test_a_compiled_template_escapes_each_value() -> None:
    served = escaping.safe(
        '<script name="row" type="text/template"><b title="<%= d.a %>">'
        "<% if (d.b) { %><%- d.b %><% } %></b></script>"
    )
    assert "_.escape(d.a)" in served
    assert "_.escape(d.b)" in served
    assert "if (d.b) {" in served
    assert served.count("<script") == 2
    assert "<b" not in served  # text stands in strings, without <


def test_a_value_that_jinja_would_put_into_a_compiled_template_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing would escape"):
        escaping.safe('<script name="row" type="text/template"><%= d %>{{ queue }}</script>')


def test_their_scripts_get_templates_only_as_we_replace_them() -> None:
    scripts = "".join(one.read_text() for one in TEMPLATES if one.suffix == ".js")
    assert set(re.findall(r"\b_\.\w+", scripts)) == {"_.template"}
    assert set(re.findall(r"_\.template\(([^)]*)\)", scripts)) <= set(
        re.findall(r"var (\$\w+) = \$\(", scripts)
    )
    assert "eval(" not in scripts
    assert "Function(" not in scripts


def test_pages_have_a_policy_with_a_nonce_of_their_own(admin: FlaskClient, planted: dict[str, str]) -> None:
    nonces = set()
    for path in ("/rq/", "/rq/0/view/jobs", "/rq/0/view/workers", f"/rq/0/view/job/{planted['failed']}"):
        answer = admin.get(path)
        policy = answer.headers["Content-Security-Policy"]
        found = re.search(r"script-src 'self' 'nonce-([\w-]{20,})';", policy)
        assert found, policy
        assert "unsafe-eval" not in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert set(re.findall(r'<script nonce="([^"]*)"', answer.text)) == {found[1]}
        assert len(re.findall(r"<script\b", answer.text)) == answer.text.count(f'<script nonce="{found[1]}"')
        nonces.add(found[1])
    assert len(nonces) == 4


def test_pages_hold_nothing_hostile(admin: FlaskClient, planted: dict[str, str], app: object) -> None:
    from urllib.parse import quote

    names = [QUEUE, HOSTILE.replace("/", "|"), "');window.pwned=1;('"]
    for name in names:
        page = admin.get(f"/rq/0/view/jobs/{quote(name, safe='')}/queued/8/asc/1").text
        assert "<img" not in page
        assert "'" + name not in page
        assert "window.pwned=1;('" not in page.replace("\\u0027", "&#39;")
