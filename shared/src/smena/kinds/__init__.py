"""The product's small values: money, quantity, barcode, VAT rate, УНП. Standard library only."""
