"""rq-dashboard's templates, made safe as they are loaded.

Its pages fill underscore templates in the browser, `<%= … %>` unescaped, with what tasks say of
themselves (https://github.com/Parallels/rq-dashboard/issues/526), and `_.template` compiles with
`Function()`, which a Content-Security-Policy without 'unsafe-eval' forbids. So each of these templates
is compiled here, as underscore would, but with every value escaped, into a function of an inline script
that carries the response's nonce. Only the text of the templates is changed, never a rendered page: what
a task says can never gain a nonce.

`inline_js.html` in our own templates hands these functions to the scripts of the pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from jinja2 import Environment, FileSystemLoader

_UNDERSCORE = re.compile(r'<script name="([\w-]+)" type="text/template">(.*?)</script>', re.S)
_TAG = re.compile(r"<%([=-]?)(.*?)%>", re.S)
_ESCAPED_BY_HAND = re.compile(r"\$\('<div/>'\)\.text\(([\w.]+)\)\.html\(\)")
_QUOTED_VALUE = re.compile(r"'\{\{ *([\w.]+) *\}\}'")
_SCRIPT = re.compile(r"<script\b")

_FUNCTION = """<script>
(window.rqTemplates = window.rqTemplates || {{}})["{name}"] = function (values) {{
var html = "";
with (values || {{}}) {{
{body}
}}
return html; }};
</script>
<script name="{name}" type="text/template">{name}</script>"""


class SafeLoader(FileSystemLoader):
    """Loads templates as `safe` makes them."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The template's text.

        Raises:
            TemplateNotFound: there is none of that name.
        """
        source, path, fresh = super().get_source(environment, template)
        return safe(source), path, fresh


def safe(source: str) -> str:
    """A template that escapes every value, and whose scripts run under the nonce of the response."""
    # Scripts are not autoescaped: a queue's name, out of the address, was a string literal's end.
    source = _QUOTED_VALUE.sub(r"{{ \1|tojson }}", source)
    source = _UNDERSCORE.sub(lambda found: _compiled(*found.groups()), source)
    return _SCRIPT.sub('<script nonce="{{ csp_nonce() }}"', source)


def _compiled(name: str, body: str) -> str:
    """The script with the template's function, and one whose text is its name, for `_.template`."""
    if "<%" not in body:
        return f'<script name="{name}" type="text/template">{body}</script>'
    if "{{" in body:
        raise ValueError(
            f"The template {name!r} takes a value from Jinja, which nothing would escape in a script"
        )
    return _FUNCTION.format(name=name, body="\n".join(_statements(body)))


def _statements(body: str) -> list[str]:
    """JavaScript that appends the template's text and its escaped values to `html`."""
    statements, end = [], 0
    for tag in _TAG.finditer(body):
        statements.append(_append(_literal(body[end : tag.start()])))
        is_value, code = tag.groups()
        code = _ESCAPED_BY_HAND.sub(r"\1", code.strip())
        statements.append(_append(f"_.escape({code})") if is_value else code)
        end = tag.end()
    return [*statements, _append(_literal(body[end:]))]


def _append(expression: str) -> str:
    return f"html += {expression};"


def _literal(text: str) -> str:
    """A string literal that cannot end the script it stands in; Jinja's tags in it still work."""
    return json.dumps(text).replace("<", "\\u003c")
