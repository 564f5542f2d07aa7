"""Whatever a body holds, the functions answer 2xx or 4xx, and a 422 says which field and how to mend it."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.moments import parse_moment
from contract.routes import IDEMPOTENCY_KEY
from tests.fuzz.conftest import Functions
from tests.fuzz.json_texts import HOLE, KNOWN_TROUBLE, json_texts
from tests.stands.events import a_report, action_event, auth_event, report_event

GOOD_FILE = '{"filename":"a.csv","creationDate":"2024-07-31T00:00:00.0000000-03:00"}'
REPORTS = (
    HOLE,
    f'{{"sla_error":{HOLE}}}',
    f'{{"sla_error":[{HOLE}]}}',
    f'{{"sla_error":[{{"folder":{HOLE},"sla":20,"files":[{GOOD_FILE}]}}]}}',
    f'{{"sla_error":[{{"folder":"a","sla":{HOLE},"files":[{GOOD_FILE}]}}]}}',
    f'{{"sla_error":[{{"folder":"a","sla":20,"files":{HOLE}}}]}}',
    f'{{"sla_error":[{{"folder":"a","sla":20,"files":[{GOOD_FILE},{HOLE}]}}]}}',
    f'{{"sla_error":{{"folder":"a","sla":20,"files":{{"filename":{HOLE},"creationDate":"2024-07-31T00:00Z"}}}}}}',
    f'{{"sla_error":{{"folder":"a","sla":20,"files":{{"filename":"a.csv","creationDate":{HOLE}}}}}}}',
    f'{{"sla_error":[],"unknown":{HOLE}}}',
    f'{{"sla_error":{HOLE},"sla_error":[]}}',
    f'{{"sla_error":[],"run":{HOLE}}}',
    f'{{"sla_error":[],"run":{{"sender":{HOLE},"client":{HOLE},"interval_minutes":{HOLE}}}}}',
    f'{{"sla_error":[],"run":{{"started_at":{HOLE},"sent_at":"2024-07-31T00:00Z"}}}}',
    f'{{"sla_error":[],"run":{{"id":{HOLE},"part":{HOLE},"parts":{HOLE}}}}}',
    f'{{"sla_error":[],"run":{{"folders":{HOLE}}}}}',
    f'{{"sla_error":[],"run":{{"folders":[{{"folder":"a"}},{HOLE}]}}}}',
    f'{{"sla_error":[],"run":{{"folders":[{{"folder":{HOLE},"sla":20,"file_count":{HOLE}}}]}}}}',
    f'{{"sla_error":[],"run":{{"folders":{{"folder":"a","oldest_creation":{HOLE},"error":{HOLE}}}}}}}',
)
AUTHS = (
    HOLE,
    f'{{"username":{HOLE},"password":"p"}}',
    f'{{"username":"u","password":{HOLE}}}',
    f'{{"username":"u","password":"p","new_password":{HOLE}}}',
    f'{{"username":"u","refresh_token":{HOLE}}}',
    f'{{"username":"u","forgot_password":{HOLE}}}',
    f'{{"username":"u","code":{HOLE},"new_password":{HOLE}}}',
    f'{{"username":"u","password":"p","unknown":{HOLE}}}',
)
ACTIONS = (
    HOLE,
    f'{{"incident_id":{HOLE},"action":"acknowledge"}}',
    f'{{"incident_id":"i","action":{HOLE},"note":"n"}}',
    f'{{"incident_id":"i","action":"note","note":{HOLE}}}',
    f'{{"incident_id":"i","action":"snooze","until":{HOLE},"version":{HOLE}}}',
    f'{{"incident_id":"i","action":"unsnooze","unknown":{HOLE}}}',
    f'{{"sender":{HOLE},"action":"retire"}}',
    f'{{"sender":"s","action":"set_interval","interval_minutes":{HOLE}}}',
    f'{{"action":"schedule_maintenance","window":{{"sender":{HOLE},"to":{HOLE},"reason":{HOLE}}}}}',
    f'{{"action":"schedule_maintenance","window":{{"owner":"o","reason":"r","until":{HOLE},"weekly":{HOLE}}}}}',
    f'{{"action":"end_maintenance","maintenance_id":{HOLE}}}',
)
DRAWN = 100
"""Of everything in the quick run; ten times as many in the deep one."""
ODD_NAMES = DRAWN
# What comes of the quick run, as the documentation says.
VALUE_EVENTS = (len(KNOWN_TROUBLE) + DRAWN) * (len(REPORTS) + len(AUTHS) + len(ACTIONS))
BODY_EVENTS = DRAWN * 6
CLAIM_EVENTS = DRAWN * 3
_drawn = settings(max_examples=max(DRAWN, 2 * settings().max_examples))


def test_any_value_in_any_place(functions: Functions) -> None:
    def in_every_place(text: str) -> None:
        for template in REPORTS:
            functions.report(report_event(template.replace(HOLE, text)))
        for template in AUTHS:
            functions.auth(auth_event(template.replace(HOLE, text)))
        for template in ACTIONS:
            functions.act(action_event(template.replace(HOLE, text)))

    for text in KNOWN_TROUBLE:
        in_every_place(text)
    _drawn(given(json_texts)(in_every_place))()
    assert functions.sent >= VALUE_EVENTS
    # The places and values are odd enough to be refused, and not so odd that nothing is taken.
    assert functions.statuses[422] > functions.sent / 4
    assert functions.statuses[200] > functions.sent / 50


def test_any_bytes_in_any_encoding(functions: Functions) -> None:
    good = json.dumps(a_report("C:\\Relatórios", files=2), ensure_ascii=False)
    bodies = st.one_of(
        st.binary(max_size=200),
        st.sampled_from(["latin-1", "cp437", "utf-16", "utf-16-be", "utf-32", "utf-8-sig", "utf-7"]).map(
            good.encode
        ),
        st.integers(0, len(good.encode())).map(lambda end: good.encode()[:end]),
        st.tuples(st.integers(0, len(good)), st.binary(min_size=1, max_size=3)).map(
            lambda insert: good.encode()[: insert[0]] + insert[1] + good.encode()[insert[0] :]
        ),
    )

    @_drawn
    @given(bodies)
    def on_every_route(body: bytes) -> None:
        raw = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        # A gateway hands on text, with U+FFFD where it found no UTF-8.
        text = {"body": body.decode(errors="replace")}
        for delivery in (raw, text):
            functions.report({**report_event(""), **delivery})
            functions.auth({**auth_event(""), **delivery})
            functions.act({**action_event(""), **delivery})

    on_every_route()
    assert functions.sent >= BODY_EVENTS
    assert functions.statuses[422] > functions.sent / 2


def test_any_key_and_any_claims(functions: Functions) -> None:
    texts = st.text(st.characters(codec=None), max_size=300)

    @_drawn
    @given(key=texts, groups=texts, claims=st.none() | st.dictionaries(texts, texts, max_size=3))
    def with_a_good_body(key: str, groups: str, claims: dict[str, str] | None) -> None:
        event = report_event(a_report("a"), headers={IDEMPOTENCY_KEY.name: key})
        functions.report(event)
        functions.report(report_event(a_report("a"), groups=groups))
        event["requestContext"]["authorizer"] = {"claims": claims}
        assert functions.report(event)[0] == 401

    with_a_good_body()
    assert functions.sent >= CLAIM_EVENTS
    assert functions.statuses[200] > 0
    assert functions.statuses[403] > 0


_names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200)
_files = st.lists(_names, min_size=1, max_size=5)
_dates = st.datetimes(
    timezones=st.sampled_from([timezone(timedelta(hours=hour)) for hour in (-14, 0, 5.75, 14)])
)


def _in_calendar(moment: datetime) -> datetime:
    """The moment in UTC, or the end of the calendar that its offset leads over."""
    offset = moment.utcoffset() or timedelta(0)
    wall = moment.replace(tzinfo=UTC)
    if wall - datetime.min.replace(tzinfo=UTC) < offset:
        return datetime.min.replace(tzinfo=UTC)
    if datetime.max.replace(tzinfo=UTC) - wall < -offset:
        return datetime.max.replace(tzinfo=UTC)
    return wall - offset


def test_whatever_a_file_system_or_a_clock_yields_is_stored_as_it_was_sent(functions: Functions) -> None:
    @_drawn
    @given(
        folder=_names, filenames=_files, created=_dates, sla=st.integers(1, 525_600), ascii_only=st.booleans()
    )
    def sent_and_stored(
        folder: str, filenames: list[str], created: datetime, sla: int, ascii_only: bool
    ) -> None:
        report: Any = a_report(folder)
        report["sla_error"][0]["sla"] = sla
        report["sla_error"][0]["files"] = [
            {"filename": name, "creationDate": created.isoformat()} for name in filenames
        ]
        status, body = functions.report(report_event(json.dumps(report, ensure_ascii=ascii_only)))
        assert (status, body["files"]) == (200, len(filenames))
        [record] = functions.table.items.values()
        assert record["Folder"]["S"] == folder
        assert [file["M"]["Filename"]["S"] for file in record["Files"]["L"]] == filenames
        stored = parse_moment(record["Files"]["L"][0]["M"]["CreationDate"]["S"])
        assert stored == _in_calendar(created)

    sent_and_stored()
    assert functions.sent >= ODD_NAMES
