"""УНП, the payer's number in Belarus: 9 characters with a check digit."""

WEIGHTS = (29, 23, 19, 17, 13, 7, 5, 3)
LETTERS = "ABCEHKMOPT"
FIRST_LETTERS = "ABCEHKM"
UNP_LENGTH = 9
CYRILLIC_TO_LATIN = str.maketrans("АВСЕНКМОРТ", LETTERS)


class WrongUnpError(ValueError):
    """The text is no УНП: wrong length, characters or check digit."""


def parse_unp(text: str) -> str:
    """Check a УНП and give it in Latin letters.

    The first two characters may be letters (a sole trader's number). The check digit is the weighted sum
    modulo 11 (algorithm as published for the register of payers; taken from public validators).

    Raises:
        WrongUnpError: with what is wrong.
    """
    unp = text.strip().upper().translate(CYRILLIC_TO_LATIN)
    if len(unp) != UNP_LENGTH or not unp[2:].isascii() or not unp[2:].isdigit():
        raise WrongUnpError(f"a УНП has 9 characters, the last 7 digits: {text!r}")
    values = [int(character) if character in "0123456789" else -1 for character in unp]
    if -1 in values[:2]:
        if unp[0] not in FIRST_LETTERS or (unp[1] not in LETTERS and not unp[1].isdigit()):
            raise WrongUnpError(f"letters of a УНП are {FIRST_LETTERS} then {LETTERS}: {text!r}")
        values[0] = ord(unp[0]) - ord("A") + 10
        values[1] = LETTERS.index(unp[1]) if unp[1] in LETTERS else int(unp[1])
    check = sum(weight * value for weight, value in zip(WEIGHTS, values, strict=False)) % 11
    if check == 10 or check != values[8]:
        raise WrongUnpError(f"the check digit of this УНП is wrong: {text!r}")
    return unp
