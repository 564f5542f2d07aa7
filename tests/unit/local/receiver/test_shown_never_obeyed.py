"""Whatever text arrives is shown on the receiver's pages: no piece of it becomes part of a page."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.receiver.mrkdwn import draw_mrkdwn
from local.receiver.readers import Readers
from local.receiver.teams import read_teams
from local.receiver.texts import read_text
from tests.unit.local.receiver.conftest import Client
from tests.unit.local.receiver.payloads import CARD, in_envelope

_PIECES = [
    *"<>&*_~`|!@#[]()\\ \n\"'a0\ue000\ue001",
    *("&lt;", "&gt;", "&amp;", "```", "<!channel>", "<script>", "](", ":x:"),
    *("https://x.example.com", "javascript:alert(1)"),
]
HOSTILE = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join) | st.text(max_size=30)
_BARE = [
    "strong",
    "em",
    "s",
    "u",
    "code",
    "pre",
    "blockquote",
    "br",
    "ul",
    "ol",
    "li",
    "dt",
    "dd",
    "hr",
    "table",
    "tr",
    "th",
    "td",
    "p",
]
_ALLOWED: dict[str, set[str]] = {
    **{tag: set() for tag in _BARE},
    **{tag: {"class"} for tag in ("span", "p", "div", "dl")},
    "a": {"class", "href", "rel", "target"},
    "ol": {"start"},
}


class _Judge(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _ALLOWED, tag
        assert {name for name, _ in attrs} <= _ALLOWED[tag], attrs
        assert tag != "a" or (dict(attrs)["href"] or "").startswith(("https://", "http://", "mailto:")), attrs

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def _judge(drawn: str) -> None:
    judge = _Judge()
    judge.feed(drawn)
    judge.close()


@given(HOSTILE)
def test_mrkdwn(text: str) -> None:
    _judge(str(draw_mrkdwn(text)))


@given(HOSTILE.filter(bool))
def test_what_is_escaped_as_slack_wants_it_is_read_again(text: str) -> None:
    # Without the characters that mark something, what was escaped comes back whole.
    plain = "".join(one for one in text if one not in "*_~`:\n\ue000\ue001" and one.isprintable()).replace(
        "http", ""
    )
    escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    lead = "|" if escaped.startswith("&gt;") else ""
    assert read_text(draw_mrkdwn(lead + escaped)) == (lead + plain).strip()


@given(HOSTILE)
def test_cards(text: str) -> None:
    texts = {"type": "TextBlock", "text": text}
    runs = {"type": "RichTextBlock", "inlines": [text]}
    facts = {"type": "FactSet", "facts": [{"title": text, "value": text}]}
    body = json.dumps(in_envelope({**CARD, "body": [texts, runs, facts]})).encode()
    _judge(str(read_teams(body, "duty", datetime.now(UTC), Readers(None)).shown))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!channel> look", '<span class="mention">channel</span> look'),
        ("&lt;!channel&gt; look", "&lt;!channel&gt; look"),
        ("*a <https://x.example.com|b> c*", "<strong>a <a "),
        ("a*b*c", "a*b*c"),
        ("snake_case_name", "snake_case_name"),
        ("see `*not bold*`", "see <code>*not bold*</code>"),
        ("&gt; quoted", "<blockquote>quoted</blockquote>"),
        ("<javascript:alert(1)|a>", "<span>a</span>"),
        ("it is :warning: now", '<span class="emoji">:warning:</span>'),
        ("https://x.example.com/a.xml", '<a class="" href="https://x.example.com/a.xml"'),
    ],
)
def test_marks_are_obeyed_as_slack_obeys_them(text: str, shown: str) -> None:
    assert shown in str(draw_mrkdwn(text))


def test_names_in_a_page(client: Client) -> None:
    name = "<img src=x onerror=alert(1)>"
    client.post("/slack/orders", json={"text": name.replace("<", "&lt;").replace(">", "&gt;")})
    (message,) = client.get("/messages.json").json()
    assert message["subject"] == name
    for page in ("/", f"/messages/{message['message_id']}"):
        answer = client.get(page).text
        assert "<img" not in answer
        assert "&lt;img src=x" in answer
