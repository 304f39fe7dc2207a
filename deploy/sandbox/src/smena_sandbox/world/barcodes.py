"""Barcodes: check digits and the form in which two of them compare."""

LENGTHS = (8, 12, 13, 14)


def with_check_digit(digits: str) -> str:
    """Append the GS1 mod-10 check digit."""
    return digits + str(_check_digit(digits))


def is_valid(barcode: str) -> bool:
    """Whether it is EAN-8, UPC-A, EAN-13 or GTIN-14 with a right check digit."""
    return (
        len(barcode) in LENGTHS
        and barcode.isascii()
        and barcode.isdigit()
        and int(barcode[-1]) == _check_digit(barcode[:-1])
    )


def comparable(barcode: str) -> str:
    """UPC-A, EAN-13 and GTIN-14 of one article are the same 14 digits."""
    return barcode.zfill(14)


def in_store(number: int, prefix: str = "20") -> str:
    """A code of the range a shop may print itself (200–299)."""
    return with_check_digit(f"{prefix}{number:010d}")


def _check_digit(digits: str) -> int:
    total = sum(int(digit) * (1 if n % 2 else 3) for n, digit in enumerate(reversed(digits)))
    return -total % 10
