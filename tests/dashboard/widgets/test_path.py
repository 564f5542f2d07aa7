from dashboard.widgets.path import shorten_path


def test_a_long_path_keeps_its_end() -> None:
    assert shorten_path(r"C:\Jobs\Inbound") == r"C:\Jobs\Inbound"
    short = shorten_path("/srv" * 30 + "/Invoices/Inbound")
    assert len(short) == 42
    assert short.startswith("…")
    assert short.endswith("/Invoices/Inbound")
