"""The cabinet of iKassa (ООО «Айэмлэб»): token and creation of items observed, the rest assumed (wire.md)."""
