"""Pages by themselves: what is refused says why, nothing scrolls sideways, and no script is needed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Person
from tests.server import Server

pytestmark = pytest.mark.browser


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(browser: Browser, server: Server) -> None:
    """After a failed log-in the name is still there, the message has its code, and the focus is on it."""
    page = browser.new_context().new_page()
    page.goto(server.address + "/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill("head")
    page.get_by_label("Mật khẩu").fill("sai")
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("alert")).to_contain_text("ACC-0001")
    expect(page.get_by_label("Tên đăng nhập")).to_have_value("head")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"


def test_a_password_can_be_read_before_it_is_sent(server: Server, browser: Browser) -> None:
    """Ticking a box shows what was typed, and unticking hides it again."""
    person = Person(browser, server, "searcher")
    person.go("/mat-khau")
    typed = person.page.get_by_label("Mật khẩu mới")
    typed.fill("mot cau dai")
    assert typed.get_attribute("type") == "password"
    person.page.get_by_label("Hiện mật khẩu đang gõ").check()
    assert typed.get_attribute("type") == "text"
    person.page.get_by_label("Hiện mật khẩu đang gõ").uncheck()
    assert typed.get_attribute("type") == "password"


def test_a_page_that_is_not_yours_says_so_without_a_traceback(browser: Browser, server: Server) -> None:
    """A page outside one's rights and one that does not exist answer in plain words, each in its own."""
    person = Person(browser, server, "searcher")
    person.go("/nhat-ky")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Bạn không có quyền xem trang này")
    person.go("/ho-so/00000000-0000-0000-0000-000000000001")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Không tìm thấy")


@pytest.mark.parametrize("width", [400, 1280])
def test_no_page_scrolls_sideways(width: int, browser: Browser, server: Server) -> None:
    """At phone and office width no page is wider than its window, and every field has a label."""
    person = Person(browser, server, "archivist", width=width)
    for path in ("/", "/giao-nop", "/ho-so", "/tra-cuu", "/tra-cuu?q=ho+so", "/thoi-han", "/mat-khau"):
        person.go(path)
        wide = person.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, path
        unnamed = person.page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
            ".filter(e => !e.labels.length && !e.getAttribute('aria-label')).length"
        )
        assert unnamed == 0, path
    assert person.faults == []


def test_pages_work_without_javascript(browser: Browser, server: Server) -> None:
    """A person without JavaScript logs in and searches."""
    from tests.province import PASSWORD

    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(server.address + "/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill("searcher")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.goto(server.address + "/tra-cuu?q=khong+co+gi+nhu+vay")
    expect(page.get_by_role("heading", name="Không tìm thấy")).to_be_visible()
