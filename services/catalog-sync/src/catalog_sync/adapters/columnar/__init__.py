"""Compare large catalogues column by column; Python sees only the rows that are shown."""
