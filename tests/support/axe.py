"""What axe, the reader of accessible pages, finds on a page."""

import re

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

# What axe remembers of nodes it looks for from the first to the last of those it has met: a tenth of what it takes.
_REMEMBERED_BY_KEY = """(calculate => {
  const kept = Math.max(calculate.length, 1);
  let known = new Map();
  function remembering(...given) {
    let level = known;
    for (const argument of given.slice(0, kept - 1)) {
      if (!level.has(argument)) level.set(argument, new Map());
      level = level.get(argument);
    }
    const last = calculate.length && given[kept - 1];
    if (!level.has(last)) level.set(last, calculate.apply(this, given));
    return level.get(last);
  }
  remembering.clear = () => (known = new Map());
  return remembering;
})"""


def _script() -> str:
    # `memoizee(e),axe._memoizedFns.push(e)`, in what their compiler makes of it
    remembering = re.compile(r"\(0,\w+\.default\)(?=\(\w\),axe\._memoizedFns\.push\()")
    quick, found = remembering.subn(_REMEMBERED_BY_KEY, AXE_SCRIPT)
    assert found == 1, "this version of axe remembers in another way: see whether it still takes long"
    return quick + _COLOURS_READ_ONCE


_SCRIPT = _script()


def found_by_axe(page: Page) -> AxeResults:
    # Half a megabyte of script. It comes by the developer tools: what they evaluate stays compiled for the next page,
    # where what a page evaluates is compiled anew, which takes as long as axe itself.
    if not page.evaluate("'axe' in window"):
        page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": _SCRIPT})
    return AxeResults(page.evaluate("options => axe.run(options)", _OPTIONS))
