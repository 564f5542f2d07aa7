"""Messages as services are sent them."""

from typing import Any

BLOCKS = [
    {"type": "header", "text": {"type": "plain_text", "text": "3 files stuck"}},
    {
        "type": "section",
        "text": {
            "type": "mrkdwn",
            "text": "*Inbound* on `FILES-02`\n<https://sla.example.com/?incident=1|Look>",
        },
        "fields": [
            {"type": "mrkdwn", "text": "*SLA*\n30 min"},
            {"type": "plain_text", "text": "since 09:00"},
        ],
    },
    {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "*ORD-1*.xml"}]},
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "text", "text": "a", "style": {"bold": True}}],
                    },
                ],
            },
        ],
    },
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "get _fewer_ of these"}]},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "text": {"type": "plain_text", "text": "Open"},
                "url": "https://sla.example.com/",
            },
        ],
    },
]
CARD: dict[str, Any] = {
    "type": "AdaptiveCard",
    "version": "1.4",
    "body": [
        {"type": "TextBlock", "text": "3 files **stuck**", "size": "Large", "weight": "Bolder", "wrap": True},
        {
            "type": "RichTextBlock",
            "inlines": [{"type": "TextRun", "text": "*ORD-1*.xml", "fontType": "Monospace"}],
        },
        {"type": "FactSet", "facts": [{"title": "SLA", "value": "30 min"}]},
        {
            "type": "Container",
            "style": "attention",
            "separator": True,
            "items": [
                {
                    "type": "ColumnSet",
                    "columns": [
                        {
                            "type": "Column",
                            "width": "stretch",
                            "items": [{"type": "TextBlock", "text": "left"}],
                        },
                        {
                            "type": "Column",
                            "items": [{"type": "TextBlock", "text": "right", "isSubtle": True}],
                        },
                    ],
                },
            ],
        },
        {
            "type": "Table",
            "rows": [
                {
                    "type": "TableRow",
                    "cells": [{"type": "TableCell", "items": [{"type": "TextBlock", "text": "cell"}]}],
                }
            ],
        },
    ],
    "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": "https://sla.example.com/"}],
}
MAIL = """\
Delivered-To: team@example.com
Delivered-To: orders@example.com
From: file-sla <sla@example.com>
To: orders@example.com, team@example.com
Subject: =?utf-8?q?3_files_stuck_in_=C3=9Cbergabe?=
References: <story@example.com>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="="

--=
Content-Type: text/plain; charset="utf-8"

3 files <b>stuck</b>
--=
Content-Type: text/html; charset="utf-8"

<p>3 files <b>stuck</b><script>alert(1)</script></p>
--=--
"""


def in_envelope(card: dict[str, Any]) -> dict[str, Any]:
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}
