"""A cabinet in memory, held to the same contract as the operators' adapters."""

from smena.cabinets.memory.cabinet import MemoryCabinet

__all__ = ["MemoryCabinet"]
