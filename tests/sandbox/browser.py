"""A real browser for the tests: Chromium without a screen, driven through Debian's chromedriver."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 10.0
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
# The contrast of every text with what lies behind it (WCAG 2.2, 1.4.3), worst first.
_CONTRASTS = """
const channels = color => color.match(/[\\d.]+/g).map(Number);
const light = color => {
  const [r, g, b] = channels(color).map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
};
const behind = element => {
  for (; element; element = element.parentElement) {
    const color = getComputedStyle(element).backgroundColor;
    if ((channels(color)[3] ?? 1) > 0) return color;
  }
  return 'rgb(255, 255, 255)';
};
const found = [];
for (const element of document.body.querySelectorAll('*')) {
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  if (!own || !element.checkVisibility()) continue;
  const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
  found.push([Math.round((a + .05) / (b + .05) * 100) / 100, element.textContent.trim().slice(0, 40)]);
}
return found.sort((x, y) => x[0] - y[0]);
"""


def missing() -> str | None:
    """Why there can be no browser here; None when there can."""
    absent = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"no {' and no '.join(absent)} (Debian: apt-get install chromium chromium-driver)" if absent else None


class Browser:
    """What a person does with a browser, and what can be seen of it from outside."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def open(self, address: str) -> None:
        """Go there; returns when the page is loaded."""
        self.driver.get(address)

    def press(self, selector: str) -> None:
        """Press something that leads to another page, and wait for it."""
        self._leave(self.one(selector).click)

    def follow(self, text: str) -> None:
        """Follow the link with this text."""
        self._leave(self.driver.find_element(By.LINK_TEXT, text).click)

    def enter(self) -> None:
        """Press Enter where one is, and wait for the page it leads to."""
        self._leave(lambda: self.driver.switch_to.active_element.send_keys(Keys.ENTER))

    def type(self, selector: str, text: str) -> None:
        """Type into a field, in place of what it holds."""
        field = self.one(selector)
        field.clear()
        field.send_keys(text)

    def one(self, selector: str) -> WebElement:
        """The first element of a CSS selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """Every element of a CSS selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str = "body") -> str:
        """What a person reads there."""
        return self.one(selector).text

    def rows(self) -> list[list[str]]:
        """The rows of the tables on the page, as they are read."""
        found: list[list[str]] = self.run(
            "return [...document.querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.innerText))"
        )
        return found

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script of the test's own in the page; what it returns."""
        return self.driver.execute_script(script, *arguments)

    def look(self, *, width: int = 1200, scheme: str = "light") -> None:
        """See pages at this width and in this colour scheme from now on."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        wish = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", wish)

    def contrasts(self) -> list[tuple[float, str]]:
        """The contrast of every text with its ground, worst first."""
        return [(contrast, text) for contrast, text in self.run(_CONTRASTS)]

    def complaints(self) -> list[str]:
        """What was written to the console since the last time: errors, and what the page's policy kept out."""
        return self._log("browser")

    def asked_for(self) -> list[str]:
        """Every address that was asked for since the last time."""
        messages = [json.loads(text)["message"] for text in self._log("performance")]
        sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
        return [params["request"]["url"] for params in sent]

    def forget(self) -> None:
        """Begin afresh: no cookies, a plain window, nothing in the logs."""
        self.driver.get("about:blank")
        self.driver.delete_all_cookies()
        self.look()
        self.complaints()
        self.asked_for()

    def _log(self, kind: str) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log(kind)]  # type: ignore[no-untyped-call]

    def _leave(self, go: Callable[[], None]) -> None:
        # A mark on the old page tells it from the new one, also when both have the same address.
        self.run("window.left = true")
        go()
        arrived = "return !window.left && document.readyState === 'complete'"
        WebDriverWait(self.driver, PATIENCE, poll_frequency=0.02).until(lambda _: self.run(arrived))


@contextmanager
def started() -> Iterator[Browser]:
    """A browser with a profile of its own, gone afterwards."""
    profile = tempfile.mkdtemp(prefix="tgbridge-chromium-")
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in (*_QUIET, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    try:
        # Given the driver, Selenium does not look for one to download.
        driver = Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
        try:
            driver.set_page_load_timeout(PATIENCE)
            yield Browser(driver)
        finally:
            driver.quit()
    finally:
        shutil.rmtree(Path(profile), ignore_errors=True)
