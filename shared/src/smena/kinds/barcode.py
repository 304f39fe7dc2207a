"""Barcodes as they compare: digits only, UPC-A and GTIN-14 brought to EAN-13."""

from dataclasses import dataclass
from functools import lru_cache

EAN13_DIGITS = 13
UPC_A_DIGITS = 12
GTIN14_DIGITS = 14
CODES_REMEMBERED = 1 << 15
"""Normalised forms kept between calls: a shop sells the same codes over and over."""
IN_STORE_PREFIXES = tuple(str(prefix) for prefix in range(20, 30))


@dataclass(frozen=True, slots=True)
class Barcode:
    """A barcode in comparable form.

    ``digits`` is what two sides compare; ``check_digit_ok`` is False for a wrong check digit, which is a
    warning and no refusal (shops have them); None where the length carries no check digit.
    """

    digits: str
    check_digit_ok: bool | None

    @property
    def in_store(self) -> bool:
        """Whether the code is of the shop's own range (prefix 20–29): equal only inside one organisation."""
        return len(self.digits) == EAN13_DIGITS and self.digits[:2] in IN_STORE_PREFIXES


@lru_cache(maxsize=CODES_REMEMBERED)
def normalise_barcode(text: str) -> Barcode | None:
    """Bring a barcode to comparable form; None when it has no digits (domain.md, Catalogue).

    UPC-A is EAN-13 with a leading zero; GTIN-14 with indicator 0 is EAN-13 (GS1 General Specifications).
    """
    plain = text.isascii() and text.isdigit()
    digits = text if plain else "".join(character for character in text if character in "0123456789")
    if not digits:
        return None
    if len(digits) == UPC_A_DIGITS:
        digits = "0" + digits
    elif len(digits) == GTIN14_DIGITS and digits[0] == "0":
        digits = digits[1:]
    checked = len(digits) in {8, EAN13_DIGITS, GTIN14_DIGITS}
    return Barcode(digits, check_digit(digits[:-1]) == digits[-1] if checked else None)


def spellings(barcode: str) -> tuple[str, ...]:
    """The forms in which a barcode may be written: as given, comparable, UPC-A, GTIN-14."""
    normal = normalise_barcode(barcode)
    if normal is None:
        return (barcode,)
    code = normal.digits
    shorter = code[1:] if len(code) == EAN13_DIGITS and code.startswith("0") else code
    return tuple(dict.fromkeys((barcode, code, shorter, "0" + code)))


def check_digit(body: str) -> str:
    """The GS1 check digit of a code given without it: weights 3 and 1 from the right."""
    total = 3 * sum(map(int, body[-1::-2])) + sum(map(int, body[-2::-2]))
    return str(-total % 10)
