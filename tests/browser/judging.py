"""What a page is judged by: accessibility (axe-core), width, labels, the language that a person reads."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_AXE = Path(__file__).parent / "vendor" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A Vietnamese syllable, written without its marks.
_SYLLABLE = re.compile(
    r"(ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?"
    r"(uye|uya|oai|oay|oeo|uay|uoi|uou|ieu|yeu|uyu|[iuo]?[aeoy]|[aeiouy]{1,2}|ia|ua|uo|ie|ye|oa|oe|uy|ue|oo)"
    r"(ng|nh|ch|[cmnptiuoy])?",
    re.IGNORECASE,
)
# Names, formats and signs that are written so in Vietnamese too.
_FORMATS = "pdf docx xlsx csv zip json sha excel utf bagit aip sip dip puid xml png jpeg jpg tiff mets premis odt ods"
_SERVERS = "postgresql sqlite minio opensearch tantivy clamd clamav http https html internet word unicode sql url"
_KEYS = "kholuutru menu ubnd txt english enter esc shift alt ctrl tab ocr iso byte pronom email windows fetch amdsec"
_KNOWN = frozenset(f"{_FORMATS} {_SERVERS} {_KEYS}".split())
_READ = """() => {
  const skip = "script, style, .code, code, pre, kbd, [lang]:not(html), [translate=no], input, textarea";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent && !parent.closest(skip)) found.push(walker.currentNode.textContent);
  }
  document.querySelectorAll("[aria-label], [placeholder], [title], [alt]").forEach((element) => {
    if (element.closest(skip)) return;
    for (const name of ["aria-label", "placeholder", "title", "alt"]) found.push(element.getAttribute(name) || "");
  });
  return found.join("\\n");
}"""
_UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href]')]
  .filter((e) => e.offsetParent && !(e.labels && e.labels.length) && !e.getAttribute('aria-label')
    && !e.getAttribute('aria-labelledby') && !e.textContent.trim() && !e.querySelector('img[alt]:not([alt=""])'))
  .map((e) => e.outerHTML.slice(0, 120))"""


@functools.cache
def _axe() -> str:
    return _AXE.read_text("utf-8")


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page as it stands: empty when nothing is."""
    found = [f"axe {v['id']}: {v['help']}: {v['nodes'][0]['html'][:160]}" for v in _violations(page)]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        found.append(f"{wide} pixels wider than the window")
    found += [f"without a name: {html}" for html in page.evaluate(_UNNAMED)]
    if page.evaluate("document.querySelectorAll('h1').length") != 1:
        found.append("not exactly one h1")
    if page.evaluate("document.documentElement.lang") == "vi":
        found += [f"foreign word: {word}" for word in foreign_words(page.evaluate(_READ))]
    return found


def foreign_words(text: str) -> list[str]:
    """Return the words of a text that no Vietnamese syllable can be, names and formats apart."""
    words = re.findall(r"(?<![\w.@/-])[A-Za-z]{3,}(?![\w@/-])", text)
    return sorted({w for w in words if not _SYLLABLE.fullmatch(w) and w.lower() not in _KNOWN and not w.isupper()})


def _violations(page: Page) -> list[dict[str, Any]]:
    # Evaluated by the debugger, so that the page's own policy stays as it is.
    page.evaluate(_axe())
    result = page.evaluate("(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", _RULES)
    violations: list[dict[str, Any]] = result["violations"]
    return violations
