"""Spreadsheets and waybills, read with suspicion: nothing in them is followed, expanded or computed."""
