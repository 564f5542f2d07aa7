"""What several pages compute from records, senders and incidents, without Streamlit and without AWS."""
