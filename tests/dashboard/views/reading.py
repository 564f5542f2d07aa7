"""Reading and using a page as a person would."""

from streamlit.testing.v1 import AppTest

_KINDS = ("title", "subheader", "error", "warning", "success", "info", "caption")


def shown(app: AppTest) -> str:
    """The texts on the page, without the backslashes that keep Markdown from acting on them."""
    texts = [str(element.value) for kind in _KINDS for element in getattr(app, kind)]
    return " ".join(texts).replace("\\", "")


def button(app: AppTest, label: str) -> AppTest:
    """Clicks the button of this label."""
    return next(button for button in app.button if button.label == label).click().run()
