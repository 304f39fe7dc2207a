"""The shop that the sandbox plays: its catalogue, its tills and what was rung on them."""
