"""A 1C base made of fixtures typed by hand from facts on live bases: it shares nothing with the sandbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from contract.outside.raw_http import RawServer, Reply, json_reply, raw_server
from contract.sandbox_onec import wire
from smena.erp.onec.base import OneCBase, authorization
from smena.erp.onec.documents import OneCDocuments
from smena.erp.onec.names import load_names
from smena.outside.budget import Budget
from smena.outside.client import OutsideClient

PATIENT_SECONDS = 10.0
HASTY_SECONDS = 0.2
FIXTURES = Path(__file__).parent / "fixtures"
ROOT = "/base/odata/standard.odata"
REF = "3e1c4e9c-0000-4000-8000-000000000077"


def path(entity_set: str, rest: str = "") -> str:
    return f"{ROOT}/{quote(entity_set)}{rest}"


UNITS = path("Catalog_КлассификаторЕдиницИзмерения")
REPORTS = path("Document_ОтчетОРозничныхПродажах")
REPORT = f"{REPORTS}(guid'{REF}')"
POST = f"{REPORT}/Post"
METADATA = f"{ROOT}/$metadata"


def refusal(code: str, words: str, status: int) -> Reply:
    return json_reply({"odata.error": {"code": code, "message": {"lang": "ru", "value": words}}}, status)


def created() -> bytes:
    return (FIXTURES / "created.json").read_bytes()


@asynccontextmanager
async def onec_by_hand() -> AsyncIterator[tuple[RawServer, OneCDocuments]]:
    async with raw_server() as server:
        xml = {"Content-Type": "application/xml;charset=utf-8"}
        server.on(METADATA, Reply((FIXTURES / "metadata.xml").read_bytes(), headers=xml))
        server.on(UNITS, json_reply({"value": [{"Ref_Key": wire.PIECE, "Description": "шт."}]}))
        server.on(REPORTS, json_reply({"value": []}))
        client = OutsideClient(
            server.address + ROOT,
            Budget(10_000, 2),
            timeout_seconds=PATIENT_SECONDS,
            headers={"Authorization": authorization("Смена", "пароль")},
            backoff_seconds=0.001,
        )
        documents = OneCDocuments(OneCBase(client, load_names("bp-by")), organization_ref=wire.ROMASHKA)
        yield server, documents
        await documents.close()


def hurry(documents: OneCDocuments) -> None:
    """Wait for 1C no longer than a test may last."""
    documents._base._client._timeout_seconds = HASTY_SECONDS
