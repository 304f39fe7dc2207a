"""A cabinet of files: receipts and Z-reports come in by a folder, items go out by one, mapped by a manifest."""
