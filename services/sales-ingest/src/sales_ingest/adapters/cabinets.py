"""Cabinets, opened when they are first asked and closed in the end."""

import asyncio
from collections.abc import Mapping

from smena.cabinets.open_cabinet import open_cabinet
from smena.cabinets.port import Cabinet
from smena.clock import Clock
from smena.config.model import SmenaConfig


class OpenCabinets:
    """The cabinets of the configuration, one connection pool each."""

    def __init__(self, config: SmenaConfig, environment: Mapping[str, str], clock: Clock) -> None:
        self._config = config
        self._environment = environment
        self._clock = clock
        self._open: dict[str, Cabinet] = {}

    def open(self, cabinet_id: str) -> Cabinet:
        """The cabinet of this id."""
        if cabinet_id not in self._open:
            self._open[cabinet_id] = open_cabinet(self._config, cabinet_id, self._environment, clock=self._clock)
        return self._open[cabinet_id]

    async def close(self) -> None:
        """Let connections go."""
        cabinets, self._open = list(self._open.values()), {}
        await asyncio.gather(*(cabinet.close() for cabinet in cabinets))
