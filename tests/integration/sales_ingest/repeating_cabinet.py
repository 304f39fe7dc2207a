"""A cabinet whose pages overlap."""

from collections.abc import AsyncIterator
from datetime import datetime

from smena.cabinets.documents import DocumentPage
from smena.cabinets.memory import MemoryCabinet

PAGE_DOCUMENTS = 8


class RepeatingCabinet(MemoryCabinet):
    """Serves each document three times, on overlapping pages of one window."""

    async def read_documents(self, register_number: str, start: datetime, end: datetime) -> AsyncIterator[DocumentPage]:
        async for page in super().read_documents(register_number, start, end):
            documents = page.documents
            step = PAGE_DOCUMENTS // 2
            for first in range(-step, len(documents) + step, step):  # each stands on two pages, twice on the first
                part = documents[max(0, first) : max(0, first + PAGE_DOCUMENTS)]
                yield DocumentPage(page.start, page.end, (*part, *part[:step]), complete=False)
            yield DocumentPage(page.start, page.end, (), complete=page.complete)
