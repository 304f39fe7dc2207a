"""The problems every service can answer with."""

from smena.http.problems import Problem, Words, declare

UNAUTHENTICATED = declare("unauthenticated", 401, ru="Нет доступа", en="Not authenticated")
MISSING_SCOPE = declare("missing-scope", 403, ru="Не хватает права", en="A scope is missing")
OTHER_ORGANIZATION = declare("other-organization", 403, ru="Чужая организация", en="Another organisation")
NOT_FOUND = declare("not-found", 404, ru="Не найдено", en="Not found")
METHOD_NOT_ALLOWED = declare("method-not-allowed", 405, ru="Метод не поддерживается", en="Method not allowed")
CONFLICT = declare("conflict", 409, ru="Состояние изменилось", en="The state has changed")
BODY_TOO_LARGE = declare("body-too-large", 413, ru="Слишком большой запрос", en="The body is too large")
UNSUPPORTED_MEDIA_TYPE = declare(
    "unsupported-media-type", 415, ru="Формат тела не поддерживается", en="Unsupported body format"
)
INVALID_PAYLOAD = declare("invalid-payload", 422, ru="Запрос заполнен неверно", en="The request is not valid")
MALFORMED_JSON = declare("malformed-json", 422, ru="Тело — не JSON", en="The body is not JSON")
FILE_REFUSED = declare("file-refused", 422, ru="Файл не принят", en="The file was refused")
WRONG_CURSOR = declare("wrong-cursor", 422, ru="Неверный курсор", en="Wrong cursor")
TOO_MANY_REQUESTS = declare("too-many-requests", 429, ru="Слишком много запросов", en="Too many requests")
INTERNAL_ERROR = declare("internal-error", 500, ru="Внутренняя ошибка", en="Internal error")
UNAVAILABLE = declare("unavailable", 503, ru="Временно недоступно", en="Unavailable for now")
BAD_REQUEST = declare("bad-request", 400, ru="Неверный запрос", en="Bad request")
IDEMPOTENCY_KEY_TOO_LONG = declare(
    "idempotency-key-invalid", 400, ru="Неверный ключ идемпотентности", en="Wrong idempotency key"
)
IDEMPOTENCY_KEY_REUSED = declare(
    "idempotency-key-reused", 422, ru="Ключ идемпотентности уже занят", en="The idempotency key was used before"
)
IDEMPOTENCY_KEY_RUNNING = declare(
    "idempotency-key-running", 409, ru="Запрос с этим ключом выполняется", en="The request of this key is still running"
)

RETRY_AFTER_SECONDS = 5


def not_found(what_ru: str, what_en: str) -> Problem:
    """404 for a thing that is not there, or not the caller's to see: ``not_found("Смена", "The shift")``."""
    return NOT_FOUND(
        Words(
            f"{what_ru}: нет такой записи или она принадлежит другой организации. Проверьте адрес.",
            f"{what_en}: there is none of this id, or it is another organisation's. Check the address.",
        )
    )


def missing_scope(scope: str) -> Problem:
    """403 naming the scope that the token lacks."""
    return MISSING_SCOPE(
        Words(
            f"Токену не хватает права {scope}. Добавьте его в [[api_tokens]] файла smena.toml.",
            f"The token lacks the scope {scope}. Add it under [[api_tokens]] in smena.toml.",
        ),
        scope=scope,
    )


def unauthenticated() -> Problem:
    """401 with what to send."""
    return UNAUTHENTICATED(
        Words(
            "Пришлите заголовок Authorization: Bearer <токен>; токен выдаёт команда smena token new.",
            "Send the header Authorization: Bearer <token>; smena token new makes a token.",
        ),
        headers={"WWW-Authenticate": "Bearer"},
    )


def unavailable() -> Problem:
    """503: nothing was accepted, nothing is lost."""
    return UNAVAILABLE(
        Words(
            "База данных сейчас недоступна, ничего не записано. Повторите запрос через несколько секунд.",
            "The database is away for now; nothing was stored. Send the request again in a few seconds.",
        ),
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def internal_error() -> Problem:
    """500 that tells nothing but where to look."""
    return INTERNAL_ERROR(
        Words(
            "Это наша ошибка. Передайте X-Request-Id из ответа тому, кто обслуживает Смену.",
            "This is our mistake. Give the answer's X-Request-Id to whoever runs Smena.",
        )
    )
