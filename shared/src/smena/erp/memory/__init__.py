"""An ERP in memory, held to the same contract as the adapter to 1C."""

from smena.erp.memory.catalogue import MemoryCatalogue
from smena.erp.memory.documents import MemoryDocuments

__all__ = ["MemoryCatalogue", "MemoryDocuments"]
