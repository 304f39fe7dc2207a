"""What 1C's answers mean for a caller (wire.md; onec.md a.7): branch on codes, never on localised texts."""

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import ParseError

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from smena.erp.errors import (
    ErpAccessError,
    ErpError,
    ErpMovedError,
    ErpOutcomeUnknownError,
    ErpRefusedError,
    ErpSetupError,
    ErpUnavailableError,
)
from smena.outside.client import TRANSIENT_STATUSES, Answer

NO_RIGHTS = "20"
NO_ENTITY_SET = "8"
NO_SUCH_OBJECT = "9"
KEY_EXISTS = "15"
NAME_NOT_FOUND = "6"
MESSAGE_CHARACTERS_MAX = 600
VERSION_MISMATCH_STATUS = 412
"""The manual's answer to an ``If-Match`` that no longer holds; live bases never give it (onec.md a.5)."""
BUSY_STATUSES: Final = frozenset({425, 429})


@dataclass(frozen=True, slots=True)
class Refusal:
    """1C's own words and code."""

    code: str
    words: str


class _Message(msgspec.Struct):
    value: str | None = None


class _Body(msgspec.Struct):
    code: str | int = ""
    message: _Message | str | None = None


class _Envelope(msgspec.Struct):
    error: _Body = msgspec.field(name="odata.error")


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def refusal_of(answer: Answer) -> Refusal | None:
    """1C's refusal; None when the answer is not 1C's but a web server's or a proxy's: 1C always gives a code."""
    try:
        body = _ENVELOPE.decode(answer.body).error
    except msgspec.DecodeError:
        return _atom_refusal(answer.body)
    if not str(body.code).strip():
        return None
    words = body.message.value if isinstance(body.message, _Message) else body.message
    return Refusal(str(body.code), (words or "").strip()[:MESSAGE_CHARACTERS_MAX])


def worth_reading_again(answer: Answer) -> bool:
    """Whether the same read may succeed in a moment: never when 1C itself has spoken."""
    return answer.status in TRANSIENT_STATUSES and (answer.status in BUSY_STATUSES or refusal_of(answer) is None)


def read_error(what: str, answer: Answer) -> ErpError:
    """Why a read did not succeed."""
    refusal = refusal_of(answer)
    if answer.status in BUSY_STATUSES:
        return _busy(what, answer)
    if refusal is None and (answer.status >= 500 or answer.status in {404, 408} or _is_redirect(answer)):
        return ErpUnavailableError(
            f"{what}: HTTP {answer.status} без ответа 1С", retry_after_seconds=answer.retry_after_seconds
        )
    return _refused(what, answer, refusal)


def write_error(what: str, answer: Answer) -> ErpError:
    """Why a write did not succeed, or that nobody knows whether it did."""
    refusal = refusal_of(answer)
    if answer.status in BUSY_STATUSES:
        return _busy(what, answer)
    if refusal is None and (answer.status >= 500 or answer.status == 408 or _is_redirect(answer)):
        return ErpOutcomeUnknownError(f"{what}: HTTP {answer.status} без ответа 1С; запись могла пройти")
    if refusal is None and answer.status == 404:
        return ErpUnavailableError(f"{what}: HTTP 404 от веб-сервера, до 1С запрос не дошёл")
    if refusal is not None and refusal.code == KEY_EXISTS:
        return ErpOutcomeUnknownError(f"{what}: по словам 1С такой ключ уже есть ({refusal.words})")
    return _refused(what, answer, refusal)


def _busy(what: str, answer: Answer) -> ErpUnavailableError:
    """Turned away at the door, whatever the body says."""
    return ErpUnavailableError(
        f"{what}: HTTP {answer.status}, сервер просит подождать", retry_after_seconds=answer.retry_after_seconds
    )


def _is_redirect(answer: Answer) -> bool:
    """To a page of a login or of maintenance: nothing is followed, and 1C has not spoken."""
    return 300 <= answer.status < 400


def _refused(what: str, answer: Answer, refusal: Refusal | None) -> ErpError:
    code = refusal.code if refusal is not None else None
    words = (
        f"{what}: {refusal.words or 'причина не указана'}" if refusal is not None else f"{what}: HTTP {answer.status}"
    )
    if answer.status in {401, 403} or code == NO_RIGHTS:
        return ErpAccessError(
            f"{words} (проверьте имя, пароль и права пользователя 1С)", code=code, status=answer.status
        )
    if answer.status == VERSION_MISMATCH_STATUS:
        return ErpMovedError(f"{words} (объект изменили после чтения)", code=code, status=answer.status)
    if answer.status == 404 and code == NO_ENTITY_SET:
        return ErpSetupError(f"{words} (объект не опубликован для OData)")
    return ErpRefusedError(words, code=code, status=answer.status)


def _atom_refusal(body: bytes) -> Refusal | None:
    if not body.lstrip().startswith(b"<"):
        return None
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    parts = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in root}
    if root.tag.rpartition("}")[2] != "error" or "code" not in parts:
        return None
    return Refusal(parts["code"], parts.get("message", "")[:MESSAGE_CHARACTERS_MAX])
