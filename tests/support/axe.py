"""What axe, the reader of accessible pages, finds on a page."""

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

_OPTIONS = {"reporter": "no-passes", "resultTypes": ["violations"]}

# A page has a dozen colours, which axe reads thousands of times, each time anew: a quarter of what it takes.
_COLOURS_READ_ONCE = """(() => {
  const colour = axe.commons.color.Color.prototype, parse = colour.parseString, known = new Map();
  colour.parseString = function (text) {
    const found = known.get(text);
    if (found) [this.r, this.g, this.b, this.alpha] = found;
    else {
      parse.call(this, text);
      known.set(text, [this.r, this.g, this.b, this.alpha]);
    }
    return this;
  };
})();"""


def found_by_axe(page: Page) -> AxeResults:
    # Half a megabyte of script. It comes by the developer tools: what they evaluate stays compiled for the next page,
    # where what a page evaluates is compiled anew, which takes as long as axe itself.
    if not page.evaluate("'axe' in window"):
        page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": AXE_SCRIPT + _COLOURS_READ_ONCE})
    return AxeResults(page.evaluate("options => axe.run(options)", _OPTIONS))
