"""What every page of ours must keep, for whoever uses a keyboard, a reader or a small screen."""

from __future__ import annotations

from tests.browser import Page

_WIDE = """[...document.querySelectorAll("*")].filter(
  one => one.getBoundingClientRect().right > innerWidth + 1
).map(one => one.outerHTML.slice(0, 80))"""
_UNLABELLED = """[...document.querySelectorAll(
  "input:not([type=hidden]), select, textarea")].filter(
  one => !one.labels.length).map(one => one.id)"""
_SMALL = """[...document.querySelectorAll(
  "input:not([type=hidden], [type=checkbox]), select, textarea, button, .language, .choice"
)].filter(one => one.getClientRects().length && one.getBoundingClientRect().height < 44)
  .map(one => one.outerHTML.slice(0, 80))"""
_CONTRAST = """(() => {
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) =>
    0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parts = text => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const behind = one => {
    for (let up = one; up; up = up.parentElement) {
      const colour = parts(getComputedStyle(up).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")].filter(one =>
    [...one.childNodes].some(child => child.nodeType === 3 && child.data.trim())
  ).map(one => {
    const [a, b] = [light(parts(getComputedStyle(one).color)), light(behind(one))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), one.outerHTML.slice(0, 80)];
  }).filter(([ratio]) => ratio < 4.5);
})()"""


def assert_usable(page: Page) -> None:
    assert page.evaluate(_WIDE) == []
    assert page.evaluate(_UNLABELLED) == []
    assert page.evaluate(_SMALL) == []
    assert page.evaluate(_CONTRAST) == []
    assert page.evaluate("document.querySelectorAll('h1').length") == 1
    assert page.evaluate("document.querySelectorAll('main').length") == 1
    assert page.outside == []
    assert page.faults == [], page.faults
