"""First Contentful Paint of pages in Chromium, on the running product: `python -m bench.pages 10000 --paint`."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, Person
from tests.server import running

_ROUNDS = 7
# Milliseconds from the start of the navigation to the first text or picture.
_PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list, observer) => {
  const found = list.getEntriesByName("first-contentful-paint")[0];
  if (found) { observer.disconnect(); resolve(found.startTime); }
}).observe({ type: "paint", buffered: true }))"""


def _painted(page: Page, address: str) -> float:
    page.goto(address)
    return float(page.evaluate(_PAINTED))


def print_paints(data: Path, pages: Iterable[tuple[str, str, str]]) -> None:
    """Print each page's first paint with an empty browser cache, then median and slowest with a filled one.

    Args:
        data: of a product that is not running.
        pages: user name, address, and what the address is printed as; those of one person together.
    """
    if CHROMIUM is None:
        print("First Contentful Paint: Chromium is not installed")
        return
    print(f"First Contentful Paint, ms: empty cache, then median and slowest of {_ROUNDS} rounds")
    with running(data) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for who, theirs in itertools.groupby(pages, key=lambda page: page[0]):
            person = Person(browser, server, who)
            for _, address, shown in theirs:
                person.page.context.new_cdp_session(person.page).send("Network.clearBrowserCache")
                first = _painted(person.page, server.address + address)
                times = [_painted(person.page, server.address + address) for _ in range(_ROUNDS)]
                print(f"  {who:10} {shown:46} {first:8.0f} {statistics.median(times):8.0f} {max(times):8.0f}")
            person.page.context.close()
        browser.close()
