"""Cabinets, opened when they are first asked and closed in the end."""

import asyncio
from collections.abc import Mapping

from sales_ingest.adapters.cabinet_budget import CabinetBudgets
from smena.cabinets.open_cabinet import open_cabinet
from smena.cabinets.port import Cabinet
from smena.clock import Clock
from smena.config.model import SmenaConfig


class OpenCabinets:
    """The cabinets of the configuration, one connection pool each, asked within what all processes share."""

    def __init__(
        self, config: SmenaConfig, environment: Mapping[str, str], clock: Clock, budgets: CabinetBudgets
    ) -> None:
        self._config = config
        self._environment = environment
        self._clock = clock
        self._budgets = budgets
        self._open: dict[str, Cabinet] = {}

    def open(self, cabinet_id: str) -> Cabinet:
        """The cabinet of this id."""
        if cabinet_id not in self._open:
            self._open[cabinet_id] = open_cabinet(
                self._config, cabinet_id, self._environment, clock=self._clock, budget_of=self._budgets.of
            )
        return self._open[cabinet_id]

    async def close(self) -> None:
        """Let connections go."""
        cabinets, self._open = list(self._open.values()), {}
        await asyncio.gather(*(cabinet.close() for cabinet in cabinets))
        await self._budgets.close()
