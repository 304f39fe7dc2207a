"""The folder of a cabinet: files are taken once, whole, and moved to done or refused with a report beside them.

``in`` holds what somebody put there, ``taking`` what is being read, ``done`` and ``refused`` what became of it.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Any, Final
from uuid import uuid4

import msgspec
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from smena.cabinets.declarative.documents import DocumentReading
from smena.cabinets.declarative.model import DocumentSource, Manifest
from smena.cabinets.declarative.records import Node
from smena.cabinets.declarative.values import Values
from smena.cabinets.documents import UnreadableDocument
from smena.cabinets.files.report import RegisterRange, Report
from smena.cabinets.files.tables import FileRefusedError, records_of

IN, TAKING, DONE, REFUSED = "in", "taking", "done", "refused"
REPORT: Final = ".report.json"
SETTLED_SECONDS = 2.0
"""A file that was written to so lately is left for the next look: its writer may not be done."""
FILES_PER_LOOK_MAX = 200
NAME_CHARACTERS_MAX = 100
LOCK_SECONDS_MAX = 300.0
"""How long one process waits for another that reads the same folder: 200 files of the largest size take less."""
LOCK_AGAIN_SECONDS = 0.05
UNFINISHED: Final = (".tmp", ".part", ".crdownload", ".filepart")


@dataclass(frozen=True, slots=True)
class Taken:
    """A file in ``done`` and its report."""

    path: Path
    report: Report


class Shelf:
    """One folder; any number of processes on one machine may look at it."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self._manifest = manifest
        self._values = Values(manifest)
        self._reports: dict[str, Report] = {}

    def take(self) -> list[Report]:
        """Take what lies in ``in`` and is written to the end; the reports of what was moved.

        What a killed process was reading lies in ``taking``: with the folder's lock held, nobody reads it now.
        """
        with self._alone():
            left = [self._one(path, path.name.partition("-")[2]) for path in (self.folder / TAKING).iterdir()]
            waiting = sorted(self._waiting(), key=lambda path: (path.stat().st_mtime, path.name))
            return [*left, *(self._one(path) for path in waiting[:FILES_PER_LOOK_MAX])]

    def put(self, name: str, body: bytes) -> Report:
        """Take a file that came another way, whole already."""
        with self._alone():
            path = self.folder / IN / f".{uuid4().hex}"
            path.write_bytes(body)
            return self._one(path, name)

    def taken(self) -> list[Taken]:
        """What is in ``done``, in the order it was taken."""
        found = []
        for path in sorted((self.folder / DONE).glob(f"*{REPORT}")):
            data = path.with_name(path.name.removesuffix(REPORT))
            if path.name not in self._reports:
                if not data.exists():
                    continue
                self._reports[path.name] = msgspec.json.decode(path.read_bytes(), type=Report)
            found.append(Taken(data, self._reports[path.name]))
        return found

    def records(self, taken: Taken) -> tuple[DocumentSource, list[Node]]:
        """The records of a taken file, as its manifest reads them today.

        Raises:
            FileRefusedError: the manifest has changed and no longer reads it.
        """
        place = taken.report.source or 0
        if place >= len(self._manifest.documents):
            raise FileRefusedError(f"{taken.path.name}: в манифесте больше нет источника {place}")
        source = self._manifest.documents[place]
        return source, records_of(taken.path.read_bytes(), source)

    def _one(self, path: Path, name: str | None = None) -> Report:
        shown = (name or path.name)[-NAME_CHARACTERS_MAX:].replace("/", "_").lstrip(".") or "file"
        mine = self.folder / TAKING / f"{uuid4().hex}-{shown}"
        Path(path).replace(mine)
        now = datetime.now(UTC)
        report = Report(file=shown, at=now)
        try:
            self._read(mine, report)
        except FileRefusedError as error:
            report.refused = str(error)
        stamp = f"{now:%Y%m%dT%H%M%S%f}-{(report.sha256 or uuid4().hex)[:8]}-{shown}"
        target = self.folder / (DONE if report.refused is None else REFUSED) / stamp
        _write(target.with_name(f"{stamp}{REPORT}"), msgspec.json.format(msgspec.json.encode(report), indent=2))
        Path(mine).replace(target)
        return report

    def _read(self, path: Path, report: Report) -> None:
        size = path.stat().st_size
        limit = self._manifest.limits.file_bytes
        if size > limit:
            raise FileRefusedError(f"файл в {size} байт, больше {limit}: разделите его по дням")
        body = path.read_bytes()
        report.sha256 = hashlib.sha256(body).hexdigest()
        for taken in self.taken():
            if taken.report.sha256 == report.sha256:
                raise FileRefusedError(f"такой файл уже принят {taken.report.at:%d.%m.%Y} как «{taken.report.file}»")
        report.source = self._source_of(report.file)
        source = self._manifest.documents[report.source]
        self._count(source, records_of(body, source), report)

    def _source_of(self, name: str) -> int:
        patterns = []
        for place, source in enumerate(self._manifest.documents):
            if source.file is not None:
                patterns.append(source.file.pattern)
                if fnmatchcase(name.casefold(), source.file.pattern.casefold()):
                    return place
        raise FileRefusedError(f"имя файла не подходит ни под одно из: {', '.join(patterns)}")

    def _count(self, source: DocumentSource, records: Sequence[Node], report: Report) -> None:
        reading = DocumentReading(source, self._values)
        for rows in reading.gathered(records):
            number = reading.register_of(rows[0])
            if number is None:
                raise FileRefusedError("в записи не названа касса: чья она, неизвестно")
            document = reading.document(rows, number)
            if document is None:
                continue
            if document.at is None:
                reason = document.reason if isinstance(document, UnreadableDocument) else ""
                raise FileRefusedError(f"не понять, когда сделан документ: {reason}")
            report.documents += 1
            if isinstance(document, UnreadableDocument):
                report.not_understood[document.reason] = report.not_understood.get(document.reason, 0) + 1
            held = report.registers.setdefault(number, RegisterRange(0, document.at, document.at))
            held.documents += 1
            held.first, held.last = min(held.first, document.at), max(held.last, document.at)
        if not report.documents:
            raise FileRefusedError("в файле нет ни одного документа")

    def _waiting(self) -> Iterator[Path]:
        settled = time.time() - SETTLED_SECONDS
        for path in (self.folder / IN).iterdir():
            unfinished = path.name.startswith((".", "~")) or path.name.casefold().endswith(UNFINISHED)
            if not unfinished and path.is_file() and not path.is_symlink() and path.stat().st_mtime <= settled:
                yield path

    @contextmanager
    def _alone(self) -> Iterator[None]:
        for name in (IN, TAKING, DONE, REFUSED):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            _lock(lock)
            yield


def _lock(lock: IO[str]) -> None:
    """Take the folder's lock; it is let go with its file.

    Raises:
        TimeoutError: another process held it all the while; nothing was touched.
    """
    retrying = Retrying(
        stop=stop_after_delay(LOCK_SECONDS_MAX),
        wait=wait_fixed(LOCK_AGAIN_SECONDS),
        retry=retry_if_exception_type(BlockingIOError),
        reraise=True,
    )
    try:
        retrying(fcntl.flock, lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise TimeoutError(f"другой процесс занимает её дольше {LOCK_SECONDS_MAX:g} с") from error


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and on the disk before it is named."""
    beside: Any = path.with_name(f".{path.name}.tmp")
    with beside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    Path(beside).replace(path)
