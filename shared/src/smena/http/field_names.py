"""Let a model have a field called ``register``: our cash registers, where pydantic sees ``ABCMeta.register``."""

from typing import NoReturn

from pydantic._internal._model_construction import ModelMetaclass


class FreeFieldNames(ModelMetaclass):
    """pydantic warns of a field that shadows an attribute; this attribute of its metaclass nobody needs."""

    @property
    def register(cls) -> NoReturn:  # noqa: N805 - of a class, on its metaclass
        """Not there."""
        raise AttributeError("register")
