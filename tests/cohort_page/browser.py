"""A real browser without a window, and the page of a cohort in it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
"""As systems name it; the first one that is there is taken."""
DRIVER = "chromedriver"
_PATIENCE_S = 60
SIZE = (1600, 1000)


def missing_browser() -> str:
    """Why no page can be opened, and what to install; empty where one can."""
    if _browser() is not None and shutil.which(DRIVER) is not None:
        return ""
    return f"no {BROWSERS[0]} or no {DRIVER}: apt-get install chromium chromium-driver"


def _browser() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name)) is not None), None)


@dataclass(frozen=True)
class OpenPage:
    """A page that is open."""

    driver: Any
    downloads: Path

    def run(self, code: str, *values: object) -> Any:
        """What a line of JavaScript returns."""
        return self.driver.execute_script(f"return {code}", *values)

    def wait(self, code: str, *values: object) -> Any:
        """Until an expression is true; its value."""
        end = time.monotonic() + _PATIENCE_S
        while not (found := self.run(code, *values)):
            assert time.monotonic() < end, f"not true within {_PATIENCE_S} s: {code}"
            time.sleep(0.03)
        return found

    def find(self, selector: str) -> Any:
        """The first element of a CSS selector, once it is there."""
        self.wait("document.querySelector(arguments[0])", selector)
        return self.driver.find_element("css selector", selector)

    def texts(self, selector: str) -> list[str]:
        """Of all elements of a selector."""
        found: list[str] = self.run(
            "[...document.querySelectorAll(arguments[0])].map((one) => one.innerText)", selector
        )
        return found

    def tab(self, name: str) -> None:
        """Go to a part of the page, and wait until its table or plots are there."""
        self.find(f'#tabs [data-tab="{name}"]').click()
        ready = {
            "check": "document.querySelector('#check-exam .exam, #check-exam .waiting')",
            "exams": "document.querySelector('#exams-table[data-built]')",
            "completeness": "document.querySelector('.completeness')",
            "pairs": "document.querySelector('#pairs-table[data-built]') && drawn()",
            "distributions": "drawn()",
        }[name]
        self.run(
            "window.drawn = () => [...document.querySelectorAll('.plot')].every((one) => one.dataset.drawn)"
        )
        self.wait(ready)

    def press(self, *keys: str) -> None:
        """Keys, where nothing has the focus."""
        from selenium.webdriver.common.action_chains import ActionChains

        self.run("document.activeElement.blur()")
        ActionChains(self.driver).send_keys(*keys).perform()

    def reload(self) -> None:
        """As a person does."""
        self.driver.refresh()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Until all exams are there."""
        self.wait("document.body.dataset.ready && document.querySelector('[data-built]')")

    def errors(self) -> list[str]:
        """What the browser complained about: errors, and what the policy of the page forbade."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]


@contextmanager
def opened(page: Path, downloads: Path) -> Iterator[OpenPage]:
    """The page, opened as a file; nothing that it would ask of a network is answered."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    if missing_browser():
        pytest.skip(missing_browser())
    options = webdriver.ChromeOptions()
    options.binary_location = _browser() or BROWSERS[0]
    for argument in (
        *("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"),
        *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
        f"--window-size={SIZE[0]},{SIZE[1]}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
    ):
        options.add_argument(argument)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # as Chromium wants it of root
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(shutil.which(DRIVER) or DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    try:
        driver.get(page.resolve().as_uri())
        opened_page = OpenPage(driver, downloads)
        opened_page.wait_until_ready()
        yield opened_page
    finally:
        driver.quit()
