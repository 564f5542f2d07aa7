"""Adaptive Cards: the elements that a card to Teams is made of, after https://adaptivecards.io/explorer."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    # Teams passes over what it does not know of an element that it knows.
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class _Element(_Part):
    spacing: str = "default"
    separator: bool = False


class TextBlock(_Element):
    """Text, in which a few marks of Markdown are obeyed."""

    type: Literal["TextBlock"]
    text: str
    size: str = "default"
    weight: str = "default"
    color: str = "default"
    subtle: bool = Field(default=False, alias="isSubtle")
    font: str = Field(default="default", alias="fontType")
    wrap: bool = False


class OpenUrl(_Part):
    """A button that leads somewhere."""

    type: Literal["Action.OpenUrl"]
    title: str = ""
    url: str


class TextRun(_Part):
    """Text that is taken as it is."""

    type: Literal["TextRun"]
    text: str
    size: str = "default"
    weight: str = "default"
    color: str = "default"
    subtle: bool = Field(default=False, alias="isSubtle")
    italic: bool = False
    strikethrough: bool = False
    underline: bool = False
    font: str = Field(default="default", alias="fontType")
    select: OpenUrl | None = Field(default=None, alias="selectAction")


class RichTextBlock(_Element):
    """Pieces of text in which nothing is obeyed."""

    type: Literal["RichTextBlock"]
    inlines: list[TextRun | str]


class Fact(_Part):
    """A title and what there is to say; marks are obeyed in both."""

    title: str
    value: str


class FactSet(_Element):
    """A table of facts."""

    type: Literal["FactSet"]
    facts: list[Fact]


class Container(_Element):
    """Elements that belong together."""

    type: Literal["Container"]
    items: list["Element"]
    style: str = "default"


class Column(_Part):
    """A column of a set."""

    type: Literal["Column"] = "Column"
    items: list["Element"] = []
    width: str | int = "auto"


class ColumnSet(_Element):
    """Columns beside each other."""

    type: Literal["ColumnSet"]
    columns: list[Column]


class TableCell(_Part):
    """A cell of a table."""

    type: Literal["TableCell"] = "TableCell"
    items: list["Element"] = []


class TableRow(_Part):
    """A row of a table."""

    type: Literal["TableRow"] = "TableRow"
    cells: list[TableCell] = []


class Table(_Element):
    """Rows and columns."""

    type: Literal["Table"]
    rows: list[TableRow]
    first_row_as_headers: bool = Field(default=True, alias="firstRowAsHeaders")


class ActionSet(_Element):
    """Buttons in the middle of a card."""

    type: Literal["ActionSet"]
    actions: list[OpenUrl]


Element = Annotated[
    TextBlock | RichTextBlock | FactSet | Container | ColumnSet | Table | ActionSet,
    Field(discriminator="type"),
]


class Card(_Part):
    """A card."""

    type: Literal["AdaptiveCard"]
    version: str = Field(pattern=r"^1\.[0-5]$")
    """Teams shows cards up to 1.5."""
    body: list[Element] = []
    actions: list[OpenUrl] = []
    fallback_text: str = Field(default="", alias="fallbackText")
    msteams: Any = None


class Attachment(_Part):
    """What carries a card."""

    content_type: Literal["application/vnd.microsoft.card.adaptive"] = Field(alias="contentType")
    content: Card


class TeamsMessage(_Part):
    """What is posted to a workflow's webhook."""

    type: Literal["message"]
    attachments: list[Attachment] = Field(min_length=1, max_length=1)
    summary: str = ""
