"""Reading and using a page as a person would."""

import json
import re
from html import unescape
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

_KINDS = ("title", "header", "subheader", "error", "warning", "success", "info", "caption")


def shown(app: AppTest) -> str:
    """The texts on the page, without the backslashes that keep Markdown from acting on them."""
    texts = [str(element.value) for kind in _KINDS for element in getattr(app, kind)]
    return " ".join(texts).replace("\\", "")


def facts(app: AppTest) -> str:
    """What is in Markdown, without those backslashes, and the facts, each as `name: **value**`."""
    told = [text.value.replace("\\", "") for text in app.markdown]
    for element in app.get("html"):
        pairs = re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", element.proto.body)
        told += [unescape(f"{name}: **{value}**") for name, value in pairs]
    return " ".join(told)


def open_view(app: AppTest, view: str, **parameters: str) -> AppTest:
    """Opens the page of that name, such as `by_date`, with these parameters in its address."""
    for name, value in parameters.items():
        app.query_params[name] = value
    app.switch_page(f"views/{view}.py").run()
    assert not app.exception
    return app


def pick(app: AppTest, row: int = 0, parameter: str = "pick") -> None:
    """Follows a link to that row of the first table."""
    app.query_params[parameter] = column(app, "id")[row]
    app.run()
    assert not app.exception


def button(app: AppTest, label: str) -> AppTest:
    """Clicks the button of this label."""
    return next(button for button in app.button if button.label == label).click().run()


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def links(app: AppTest) -> dict[str, str]:
    """By their labels, where the links to other pages lead with which parameters."""
    found = [element.proto for element in app.get("page_link")]
    return {link.label: f"{link.page}?{link.query_string}" for link in found}


def list_tables(app: AppTest) -> list[pd.DataFrame]:
    """What each table of rows shows, spelt as it is shown, with the `id` of each row."""
    protos = [element.proto for element in app.get("bidi_component")]
    return [_tabulate(json.loads(proto.json)) for proto in protos if proto.component_name == "rows"]


def read_table(app: AppTest, number: int = 0) -> pd.DataFrame:
    return list_tables(app)[number]


def column(app: AppTest, name: str, table: int = 0) -> list[str]:
    return list(read_table(app, table)[name])


def _tabulate(data: Any) -> pd.DataFrame:
    names = [one["name"] for one in data["columns"]]
    rows = [
        [
            row["id"],
            *(_join(cell, one["kind"]) for cell, one in zip(row["cells"], data["columns"], strict=True)),
        ]
        for row in data["rows"]
    ]
    return pd.DataFrame.from_records(rows, columns=["id", *names])


def _join(cell: str | list[str], kind: str) -> str:
    if isinstance(cell, str):
        return cell
    return "".join(cell) if kind == "path" else cell[1]
