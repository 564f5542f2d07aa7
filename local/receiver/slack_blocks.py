"""Slack's messages: their parts and limits, after https://docs.slack.dev/reference/block-kit."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PlainText(_Part):
    """Text without marks."""

    type: Literal["plain_text"]
    text: str = Field(min_length=1, max_length=3000)
    emoji: bool = True


class Mrkdwn(_Part):
    """Text with Slack's marks."""

    type: Literal["mrkdwn"]
    text: str = Field(min_length=1, max_length=3000)
    verbatim: bool = False


Text = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]


class HeaderText(PlainText):
    """Of a header."""

    text: str = Field(min_length=1, max_length=150)


class ButtonText(PlainText):
    """Of a button."""

    text: str = Field(min_length=1, max_length=75)


class Button(_Part):
    """Leads somewhere."""

    type: Literal["button"]
    text: ButtonText
    url: str | None = Field(default=None, max_length=3000)
    value: str | None = Field(default=None, max_length=2000)
    action_id: str | None = Field(default=None, max_length=255)
    style: Literal["primary", "danger"] | None = None
    accessibility_label: str | None = Field(default=None, max_length=75)


class _Block(_Part):
    block_id: str | None = Field(default=None, max_length=255)


class Header(_Block):
    """A headline."""

    type: Literal["header"]
    text: HeaderText


class Section(_Block):
    """Text, fields in two columns, and a button beside them."""

    type: Literal["section"]
    text: Text | None = None
    fields: list[Text] | None = Field(default=None, min_length=1, max_length=10)
    accessory: Button | None = None
    expand: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "Section":
        if self.text is None and self.fields is None:
            raise ValueError("a section wants text or fields")
        if any(len(field.text) > _FIELD for field in self.fields or ()):
            raise ValueError(f"a field has at most {_FIELD} characters")
        return self


_FIELD = 2000


class Divider(_Block):
    """A line."""

    type: Literal["divider"]


class Context(_Block):
    """Small print."""

    type: Literal["context"]
    elements: list[Text] = Field(min_length=1, max_length=10)


class Actions(_Block):
    """Buttons in a row."""

    type: Literal["actions"]
    elements: list[Button] = Field(min_length=1, max_length=25)


class TextStyle(_Part):
    """Of a text in rich text."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False


class RichText(_Part):
    """Text that is taken as it is."""

    type: Literal["text"]
    text: str = Field(min_length=1)
    style: TextStyle = TextStyle()


class RichLink(_Part):
    """A link in rich text."""

    type: Literal["link"]
    url: str
    text: str | None = None
    unsafe: bool = False
    style: TextStyle = TextStyle()


RichElement = Annotated[RichText | RichLink, Field(discriminator="type")]


class RichSection(_Part):
    """A paragraph."""

    type: Literal["rich_text_section"]
    elements: list[RichElement]


class RichPreformatted(_Part):
    """Lines as they are."""

    type: Literal["rich_text_preformatted"]
    elements: list[RichElement]
    border: int = 0


class RichQuote(_Part):
    """A quotation."""

    type: Literal["rich_text_quote"]
    elements: list[RichElement]
    border: int = 0


class RichList(_Part):
    """Paragraphs with bullets or numbers."""

    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[RichSection]
    indent: int = 0
    border: int = 0
    offset: int = 0


class RichTextBlock(_Block):
    """Text without marks in it: each piece says how it looks."""

    type: Literal["rich_text"]
    elements: list[
        Annotated[RichSection | RichPreformatted | RichQuote | RichList, Field(discriminator="type")]
    ]


Block = Annotated[Header | Section | Divider | Context | Actions | RichTextBlock, Field(discriminator="type")]


class SlackMessage(BaseModel):
    """What is posted to a webhook; of its options those that change how it looks."""

    text: str = Field(default="", max_length=40_000)
    """What a notification shows, and the message itself where there are no blocks."""
    blocks: list[Block] = Field(default=[], max_length=50)
    mrkdwn: bool = True
    unfurl_links: Any = None
    unfurl_media: Any = None
