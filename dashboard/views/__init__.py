"""The pages. A page defines functions and calls `draw`: Streamlit runs its file anew at every click."""
