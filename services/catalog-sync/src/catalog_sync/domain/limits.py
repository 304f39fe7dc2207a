"""Limits of what an ERP may push, the same for JSON and for files (contracts.md, Item)."""

REF_CHARACTERS_MAX = 64
TEXT_CHARACTERS_MAX = 1024
SHORT_CHARACTERS_MAX = 200
BARCODE_CHARACTERS_MAX = 128
BARCODES_MAX = 100
LINES_MAX = 20_000
"""Lines of one goods receipt."""
