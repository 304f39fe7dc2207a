"""Refusals in 1C's own codes; clients branch on the code, the text is localised (DOC)."""


class OnecError(Exception):
    """A refusal: HTTP status, 1C's code and words."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text


class UnknownFieldError(OnecError):
    """A name in ``$filter`` that the entity does not have: 400 (LIVE-A) or silently nothing (LIVE-B)."""

    def __init__(self, name: str) -> None:
        super().__init__(400, "6", f'Сегмент пути "{name}" не найден')


def parse_error(text: str) -> OnecError:
    """Code 1: a text that cannot be read as what it should be (DOC, LIVE-A)."""
    return OnecError(400, "1", text)


def bad_request(text: str) -> OnecError:
    """Code 2 (DOC)."""
    return OnecError(400, "2", text)


def bad_value(text: str) -> OnecError:
    """Code 4 (DOC)."""
    return OnecError(400, "4", text)


def bad_url(text: str) -> OnecError:
    """Code 6: a name that is not there, echoed (LIVE-A)."""
    return OnecError(400, "6", text)


def unknown_entity(name: str) -> OnecError:
    """404 with code 8: the entity is unknown or not published (DOC, LIVE-B)."""
    return OnecError(404, "8", f"Сущность '{name}' не найдена")


def no_instance(name: str) -> OnecError:
    """404 with code 9: the entity is known, the object is not there (DOC, LIVE-B)."""
    return OnecError(404, "9", f"Экземпляр сущности '{name}' не найден по ключу")


def rows_are_read_only(name: str) -> OnecError:
    """Code 13: a row of a section cannot be written by itself (DOC)."""
    return OnecError(400, "13", f"Непосредственная запись строки табличной части '{name}' запрещена")


def bad_option(text: str) -> OnecError:
    """Code 14: a query option that does not fit here (DOC)."""
    return OnecError(400, "14", text)


def key_exists() -> OnecError:
    """Code 15: an object with this key is already there (DOC)."""
    return OnecError(400, "15", "Сущность с таким ключом уже существует")


def method_forbidden(method: str, name: str) -> OnecError:
    """Code 19 (DOC); the status is a GUESS."""
    return OnecError(405, "19", f"Метод {method} запрещен для '{name}'")


def no_rights(name: str) -> OnecError:
    """401 with code 20, not 403 (LIVE-B)."""
    return OnecError(401, "20", f"Недостаточно прав для доступа к '{name}'")


def unknown_function(name: str) -> OnecError:
    """Code 21 (DOC)."""
    return OnecError(400, "21", f"Функция '{name}' не поддерживается")


def refused(text: str) -> OnecError:
    """500 with code -1: the configuration's or the platform's own words; repeating does not help (LIVE-B)."""
    return OnecError(500, "-1", text)


def internal_error(text: str = "Произошла внутренняя ошибка OData сервиса") -> OnecError:
    """500 with code -1 for what the service itself trips over (LIVE-A)."""
    return OnecError(500, "-1", text)
