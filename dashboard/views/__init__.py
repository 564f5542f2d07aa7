"""What analysts see: one page of Streamlit a file, drawn from shared `parts`."""
