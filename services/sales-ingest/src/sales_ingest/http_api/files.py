"""Files in: receipts and Z-reports of a cabinet that comes by files."""

from typing import Any

from fastapi import APIRouter, Request

from sales_ingest.http_api.doors import BASE, Doors, Writer
from sales_ingest.use_cases.take_file import CabinetTakesNoFilesError, take_file
from smena.cabinets.files.report import Report
from smena.cabinets.open_cabinet import OperatorNotSupportedError
from smena.cabinets.port import CabinetError
from smena.http.models import ApiModel, Instant
from smena.http.problems import Words, declare
from smena.http.route_plans import FILE_BODY_BYTES_MAX
from smena.http.standard_problems import FILE_REFUSED, UNAVAILABLE, not_found
from smena.http.uploads import file_body, named_upload

TAKES_NO_FILES = declare("cabinet-takes-no-files", 409, ru="Кабинет не берёт файлы", en="The cabinet takes no files")


class RegisterRangeBody(ApiModel):
    """What the file holds of one register."""

    number: str
    documents: int
    first: Instant
    last: Instant


class TakenFileBody(ApiModel):
    """A file that was taken; ``not_understood`` counts documents by the reason, each goes into quarantine."""

    file: str
    sha256: str
    documents: int
    not_understood: dict[str, int]
    registers: list[RegisterRangeBody]


def file_router(doors: Doors) -> APIRouter:
    """``POST /registers/{id}/files``."""
    router = APIRouter(prefix=f"{BASE}/registers", tags=["registers"])
    options: dict[str, Any] = {"max_body_size": FILE_BODY_BYTES_MAX, "openapi_extra": file_body()}

    @router.post("/{register_id}/files", status_code=201, summary="Take a file of receipts or Z-reports", **options)
    async def take(register_id: str, request: Request, caller: Writer) -> TakenFileBody:
        register = doors.registers.get(register_id)
        if register is None or not caller.sees(register.organization):
            raise not_found("Касса", "The register")
        upload = await named_upload(request)
        try:
            report = await take_file(doors.cabinet_of(register.cabinet), upload.name, upload.body.getvalue())
        except (CabinetTakesNoFilesError, OperatorNotSupportedError) as error:
            raise TAKES_NO_FILES(
                Words(
                    "Документы этой кассы приходят из кабинета сами: нажмите «Обновить».",
                    "This register's documents come from its cabinet by themselves: pull them.",
                )
            ) from error
        except CabinetError as error:
            raise UNAVAILABLE(Words(f"{error}.", f"The folder of files is out of reach: {error}.")) from error
        return _answer(report)

    return router


def _answer(report: Report) -> TakenFileBody:
    if report.refused is not None or report.sha256 is None:
        words = Words(
            f"Ничего не записано: {report.refused}. Файл лежит в папке refused с отчётом рядом.",
            f"Nothing was stored: {report.refused}. The file lies in the folder refused, its report beside it.",
        )
        raise FILE_REFUSED(words, file=report.file)
    return TakenFileBody(
        file=report.file,
        sha256=report.sha256,
        documents=report.documents,
        not_understood=report.not_understood,
        registers=[
            RegisterRangeBody(number=number, documents=held.documents, first=held.first, last=held.last)
            for number, held in sorted(report.registers.items())
        ],
    )
