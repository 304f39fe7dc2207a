"""Read an answer's body without trusting its size: bytes are counted as they arrive, packed and unpacked."""

import zlib

import httpx

from smena.outside.errors import AnswerTooLargeError, NoAnswerError

GZIP_WINDOW_BITS = 16 + zlib.MAX_WBITS
UNPACK_STEP_BYTES = 256 * 1024


async def read_body(response: httpx.Response, limit_bytes: int) -> bytes:
    """The unpacked body, of at most ``limit_bytes``.

    A gzip bomb is unpacked step by step and left as soon as it passes the limit.

    Raises:
        AnswerTooLargeError: it is larger than that.
        NoAnswerError: it is packed in a way nobody asked for, or broken.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "", "gzip"}:
        raise NoAnswerError(f"ответ сжат как «{encoding}», о чём не просили")
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit_bytes:
        raise AnswerTooLargeError(f"в ответе {declared} байт, больше {limit_bytes}")
    collected = bytearray()
    unpacker = zlib.decompressobj(GZIP_WINDOW_BITS) if encoding == "gzip" else None
    async for chunk in response.aiter_raw():
        if unpacker is None:
            _append(collected, chunk, limit_bytes)
        else:
            _unpack(unpacker, chunk, collected, limit_bytes)
    if unpacker is not None and not unpacker.eof and collected:
        raise NoAnswerError("сжатый ответ оборван")
    return bytes(collected)


def _unpack(unpacker: "zlib._Decompress", chunk: bytes, collected: bytearray, limit_bytes: int) -> None:
    rest = chunk
    while rest and not unpacker.eof:
        try:
            _append(collected, unpacker.decompress(rest, UNPACK_STEP_BYTES), limit_bytes)
        except zlib.error as error:
            raise NoAnswerError("сжатый ответ повреждён") from error
        rest = unpacker.unconsumed_tail


def _append(collected: bytearray, piece: bytes, limit_bytes: int) -> None:
    if len(collected) + len(piece) > limit_bytes:
        raise AnswerTooLargeError(f"ответ больше {limit_bytes} байт")
    collected += piece
