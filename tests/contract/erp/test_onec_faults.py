"""1C that is down, slow, refuses or answers nonsense: the right error for each, and one write at most."""

from collections.abc import Callable

import pytest

from contract.erp.bases import report
from contract.erp.onec_by_hand import POST, REF, REPORT, REPORTS, created, hurry, refusal
from contract.outside.raw_http import RawServer, Reply, bomb_reply, closed_port, html_reply, huge_reply, json_reply
from smena.erp.documents import ErpDocumentKind
from smena.erp.errors import (
    ErpAccessError,
    ErpOutcomeUnknownError,
    ErpRefusedError,
    ErpSetupError,
    ErpUnavailableError,
)
from smena.erp.onec.base import OneCBase
from smena.erp.onec.documents import OneCDocuments
from smena.erp.onec.names import load_names
from smena.outside.budget import Budget
from smena.outside.client import OutsideClient

ByHand = tuple[RawServer, OneCDocuments]
MIB = 1024 * 1024
KIND = ErpDocumentKind.RETAIL_REPORT
ATOM = (
    '<?xml version="1.0"?><m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">'
    '<m:code>-1</m:code><m:message xml:lang="ru">Период закрыт</m:message></m:error>'
).encode()

UNCLEAR: dict[str, Callable[[], Reply]] = {
    "500-of-a-web-server": lambda: Reply(b"", 500),
    "502-html": lambda: html_reply(502),
    "503-json-of-a-proxy": lambda: json_reply({"error": "busy"}, 503),
    "html-200": html_reply,
    "empty-200": lambda: Reply(b"", 201),
    "truncated": lambda: Reply(created()[:400], 201),
    "cut": lambda: Reply(created(), 201, cut=400),
    "dropped": lambda: Reply(drop=True),
    "slow": lambda: Reply(created(), 201, hang=True),
    "no-ref": lambda: json_reply({"Number": "1"}, 201),
    "key-exists": lambda: refusal("15", "Сущность с таким ключом уже существует", 400),
    "gzip-bomb": lambda: bomb_reply(200 * MIB),
    "200-MB": lambda: huge_reply(200 * MIB),
}
CLEAR: dict[str, tuple[Callable[[], Reply], type[Exception], str | None]] = {
    "closed-period": (lambda: refusal("-1", "Период закрыт", 500), ErpRefusedError, "-1"),
    "in-atom": (lambda: Reply(ATOM, 500, {"Content-Type": "application/atom+xml"}), ErpRefusedError, "-1"),
    "no-line-number": (lambda: refusal("1", "Ошибка разбора", 400), ErpRefusedError, "1"),
    "no-rights": (lambda: refusal("20", "Недостаточно прав", 401), ErpAccessError, "20"),
    "no-rights-403": (lambda: refusal("20", "Недостаточно прав", 403), ErpAccessError, "20"),
    "wrong-password": (lambda: Reply(b"", 401), ErpAccessError, None),
    "wrong-password-html": (lambda: html_reply(401), ErpAccessError, None),
    "too-large-for-the-web-server": (lambda: html_reply(413), ErpRefusedError, None),
}


@pytest.mark.parametrize("fault", UNCLEAR)
async def test_a_create_without_a_clear_answer_is_unknown_and_sent_once(by_hand: ByHand, fault: str) -> None:
    server, documents = by_hand
    await documents.find(report(), ref=None)
    server.asked.clear()
    server.on(REPORTS, UNCLEAR[fault]())
    if fault == "slow":
        hurry(documents)

    with pytest.raises(ErpOutcomeUnknownError):
        await documents.create(report())

    assert server.paths().count(REPORTS) == 1


@pytest.mark.parametrize("fault", CLEAR)
async def test_a_create_that_was_refused_is_refused_in_1cs_words_and_sent_once(by_hand: ByHand, fault: str) -> None:
    server, documents = by_hand
    reply, error, code = CLEAR[fault]
    server.on(REPORTS, reply())

    with pytest.raises(error) as caught:
        await documents.create(report())

    assert type(caught.value) is error
    assert isinstance(caught.value, ErpRefusedError)
    assert caught.value.code == code
    assert server.paths().count(REPORTS) == 1


@pytest.mark.parametrize(
    "fault", ["500-of-a-web-server", "502-html", "html-200", "dropped", "slow", "200-MB", "gzip-bomb"]
)
async def test_a_post_without_a_clear_answer_is_unknown_and_sent_once(by_hand: ByHand, fault: str) -> None:
    server, documents = by_hand
    server.on(POST, UNCLEAR[fault]())
    if fault == "slow":
        hurry(documents)

    with pytest.raises(ErpOutcomeUnknownError):
        await documents.post(KIND, REF)

    assert server.paths() == [POST]
    assert server.asked[0].method == "POST"


async def test_a_refused_post_is_refused(by_hand: ByHand) -> None:
    server, documents = by_hand
    server.on(POST, refusal("-1", "Период закрыт для изменений", 500))

    with pytest.raises(ErpRefusedError, match="Период закрыт для изменений"):
        await documents.post(KIND, REF)


@pytest.mark.parametrize("fault", sorted(set(UNCLEAR) - {"key-exists", "no-ref"}))
async def test_a_search_without_an_answer_is_unavailable(by_hand: ByHand, fault: str) -> None:
    server, documents = by_hand
    await documents.find(report(), ref=None)
    server.on(REPORTS, UNCLEAR[fault]())
    if fault == "slow":
        hurry(documents)

    with pytest.raises(ErpUnavailableError):
        await documents.find(report(), ref=None)


@pytest.mark.parametrize("fault", ["500-of-a-web-server", "502-html", "html-200", "truncated", "cut", "dropped"])
async def test_a_read_outlives_a_passing_fault(by_hand: ByHand, fault: str) -> None:
    server, documents = by_hand
    server.on(REPORT, UNCLEAR[fault](), Reply(created()))

    read = await documents.read(KIND, REF)

    assert read is not None
    assert documents.differences(report(), read) == ()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (refusal("-1", "Внутренняя ошибка", 500), ErpRefusedError),
        (refusal("20", "Недостаточно прав", 401), ErpAccessError),
        (refusal("8", "Сущность не найдена", 404), ErpSetupError),
        (json_reply({}, 429), ErpUnavailableError),
        (html_reply(404), ErpUnavailableError),
    ],
)
async def test_a_read_that_was_refused_is_not_tried_again_when_1c_has_spoken(
    by_hand: ByHand, reply: Reply, error: type[Exception]
) -> None:
    server, documents = by_hand
    server.on(REPORT, reply)

    with pytest.raises(error) as caught:
        await documents.read(KIND, REF)

    assert type(caught.value) is error
    assert server.paths().count(REPORT) == (4 if reply.status == 429 else 1)


async def test_an_erased_document_is_absent_and_an_unpublished_one_is_not(by_hand: ByHand) -> None:
    server, documents = by_hand
    server.on(REPORT, refusal("9", "Экземпляр сущности не найден", 404))

    assert await documents.read(KIND, REF) is None


async def test_a_base_that_is_down_at_first_contact_is_unavailable_and_recovers(by_hand: ByHand) -> None:
    server, documents = by_hand
    good = server.replies["/base/odata/standard.odata/$metadata"]
    server.on("/base/odata/standard.odata/$metadata", html_reply(503))
    with pytest.raises(ErpUnavailableError):
        await documents.find(report(), ref=None)

    server.on("/base/odata/standard.odata/$metadata", *good)

    assert (await documents.find(report(), ref=None)).ours == ()


async def test_nobody_listening_is_unavailable_for_reads_and_writes(by_hand: ByHand) -> None:
    _, documents = by_hand
    await documents.find(report(), ref=None)
    async with closed_port() as address:
        client = OutsideClient(address, Budget(1_000, 1), timeout_seconds=1, backoff_seconds=0.001)
        reachable, documents._base._client = documents._base._client, client
        with pytest.raises(ErpUnavailableError):
            await documents.create(report())
        with pytest.raises(ErpUnavailableError):
            await documents.read(KIND, REF)
        lonely = OneCDocuments(OneCBase(client, load_names("bp-by")), organization_ref=REF)
        with pytest.raises(ErpUnavailableError):
            await lonely.fingerprint()
        documents._base._client = reachable
        await client.close()
