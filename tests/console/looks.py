"""What every window has to be for somebody who cannot see it or use a mouse: checked in the browser's own tree."""

from typing import Any

from playwright.sync_api import Page

CHECKS = """
() => {
  const problems = [];
  const named = (el) => (el.getAttribute("aria-label") || el.getAttribute("aria-labelledby") || el.title ||
    el.textContent || el.alt || "").trim();
  if (!document.documentElement.lang) problems.push("no language");
  if (!document.title.trim()) problems.push("no title");
  if (document.querySelectorAll("h1").length !== 1) problems.push("not one h1");
  document.querySelectorAll("input:not([type=hidden]), select, textarea").forEach((el) => {
    const label = el.labels && el.labels.length ? el.labels[0].textContent.trim() : "";
    if (!label && !named(el)) problems.push("no label: " + el.outerHTML.slice(0, 120));
  });
  document.querySelectorAll("a[href], button").forEach((el) => {
    if (!named(el)) problems.push("no name: " + el.outerHTML.slice(0, 120));
  });
  const ids = [...document.querySelectorAll("[id]")].map((el) => el.id);
  ids.filter((id, n) => ids.indexOf(id) !== n).forEach((id) => problems.push("id twice: " + id));
  const channel = (c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = (rgb) => 0.2126 * channel(rgb[0]) + 0.7152 * channel(rgb[1]) + 0.0722 * channel(rgb[2]);
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const ground = (el) => {
    for (let at = el; at; at = at.parentElement) {
      const rgba = parse(getComputedStyle(at).backgroundColor);
      if (rgba.length === 3 || rgba[3] > 0.99) return rgba;
    }
    return [255, 255, 255];
  };
  document.querySelectorAll("body *").forEach((el) => {
    const text = [...el.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!text || !el.getClientRects().length || el.closest(".skip") || el.disabled) return;
    const style = getComputedStyle(el);
    const ink = light(parse(el.tagName === "text" ? style.fill : style.color)), paper = light(ground(el));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < 4.5) problems.push("contrast " + ratio.toFixed(2) + ": " + el.outerHTML.slice(0, 120));
  });
  if (document.documentElement.scrollWidth > window.innerWidth + 1) problems.push("wider than the window");
  return problems;
}
"""


def problems_of(page: Page) -> list[str]:
    """Everything that is wrong with a window; empty when nothing is."""
    found: list[Any] = page.evaluate(CHECKS)
    return [str(one) for one in found]
