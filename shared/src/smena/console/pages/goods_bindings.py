"""Связи: which item of 1C is which item of the cabinet."""

from typing import Any

from starlette.responses import Response

from smena.console.page import Page

REGISTERS_MAX = 500
BINDINGS_SHOWN = 200


async def show(page: Page) -> Response:
    """The bindings of a cabinet."""
    registers = await page.api.every_row("/catalog/v1/registers", at_most=REGISTERS_MAX)
    cabinets = sorted({one["cabinet"] for one in registers})
    cabinet = page.query("cabinet") if page.query("cabinet") in cabinets else next(iter(cabinets), "")
    bindings: dict[str, Any] = {"data": [], "next_cursor": None}
    if cabinet:
        query = {"cabinet": cabinet, "cursor": page.query("cursor"), "limit": BINDINGS_SHOWN}
        bindings = await page.api.get("/catalog/v1/bindings", query)
    return page.render("goods_bindings.html", cabinets=cabinets, cabinet=cabinet, bindings=bindings)


WINDOWS = (("GET", "/goods/bindings", show),)
