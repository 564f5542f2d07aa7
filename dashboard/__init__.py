"""The analysts' view: what is stuck now, since when, how often, where, and who no longer reports.

`views` are the pages, each with what only it computes in its `…_figures`. (A folder named `pages` beside
`app.py` would be run by Streamlit itself, without the sign-in, until the first page was drawn.) They stand in
the `frame`, and are put together from `widgets` and `charts`, which draw what `figures` compute without
Streamlit. `data` asks AWS and remembers, `access` signs people in. `columns` has every column that several
pages show, `errors` all that can go wrong.
"""
