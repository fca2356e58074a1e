"""A person's browser: Chromium on a running product; console errors and refused resources fail the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.province import PASSWORD, Province
from tests.server import Server, running

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def server(initialised: tuple[Path, Province], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A product with the test province."""
    data = tmp_path_factory.mktemp("browser") / "DATA"
    shutil.copytree(initialised[0], data)
    with running(data) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it the tests are skipped by name (in CI that is a failure)."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class Person:
    """Somebody at a browser window."""

    def __init__(self, browser: Browser, server: Server, name: str, width: int = 1280) -> None:
        self.server = server
        self.faults: list[str] = []
        self.page: Page = browser.new_context(
            viewport={"width": width, "height": 900}, locale="vi-VN", accept_downloads=True
        ).new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.set_default_timeout(15_000)
        self.go("/dang-nhap")
        self.page.get_by_label("Tên đăng nhập").fill(name)
        self.page.get_by_label("Mật khẩu").fill(PASSWORD)
        self.page.get_by_role("button", name="Đăng nhập").click()
        self.page.get_by_role("heading", name="Bàn làm việc").wait_for()

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(message.text)

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page where `KHOLUUTRU_PICTURES` names a folder."""
        folder = os.environ.get("KHOLUUTRU_PICTURES")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def go(self, path: str) -> None:
        """Open an address."""
        self.page.goto(self.server.address + path)

    def press(self, name: str) -> None:
        """Press a button by its words."""
        self.page.get_by_role("button", name=name, exact=False).first.click()

    def wait_for_state(self, words: str) -> None:
        """Look at the page until it shows a state."""
        for _ in range(60):
            if self.page.locator(".page-head .state", has_text=words).count():
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        raise AssertionError(f"{words} is not shown; the page says: {self.page.locator('.page-head').inner_text()}")
