#!/usr/bin/env python3
"""How long a page of a run takes in a browser until a person can use it, and how long its filters take.

    bench/open_page.py runs/NAME/report.html [--browser chromium] [--repetitions 5]

Each repetition is a new headless browser with an empty profile. Times are the browser's own (performance.now(), whose zero
is the start of the navigation):

    interactive     every script before the charts has run, the table is filled and its controls answer, and a frame with
                    them was painted; the charts are drawn after it, one after the other
    of it computed  processor time of the page's main thread until then: what a machine without other work comes near
    words           from a word typed in the search field to the painted table, the 120 ms that the field waits
                    included; the first search reads every record
    words again     the same with a second word, every record having been read
    reset           from a click on "reset" to the painted table
    verdict         from "wrong" chosen to the painted table
    sort            from a click on the head of the column of questions to the painted table
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

import timed_run

WATCH = """
window.watched = new Promise((done) => {
  new MutationObserver((_, observer) => {
    if (!document.documentElement || document.documentElement.dataset.ready !== "true") return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0));
  }).observe(document, {attributes: true, subtree: true});
});
"""

DRIVE = """
(async () => {
  const element = (id) => document.getElementById(id);
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  const changed = () => new Promise((done) => {
    const observer = new MutationObserver(() => { observer.disconnect(); painted().then(done); });
    observer.observe(element("table").tBodies[0], {childList: true});
  });
  const seen = {rows: element("table").querySelectorAll("tr.row").length};
  const timed = async (name, act) => {
    const begin = performance.now(), change = changed();
    act();
    await change;
    seen[name] = performance.now() - begin;
  };
  const choose = (id, value) => { element(id).value = value; element(id).dispatchEvent(new Event("change")); };
  const type = (text) => { element("words").value = text; element("words").dispatchEvent(new Event("input")); };
  await timed("words", () => type("the"));
  await timed("words again", () => type("the of"));
  await timed("reset", () => element("reset").click());
  await timed("verdict", () => choose("verdict", "wrong"));
  await timed("sort", () => element("table").tHead.querySelectorAll("button")[2].click());
  return seen;
})()
"""


class Browser:
    """A new headless browser, driven over its debugging pipe: messages are JSON that ends in a NUL."""

    def __init__(self, program, profile):
        read_in, self.write_to = os.pipe()
        self.read_from, write_out = os.pipe()
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   f"--user-data-dir={profile}", "--window-size=1280,900", "--remote-debugging-pipe"]
        # The browser reads descriptor 3 and writes descriptor 4.
        shell = ["bash", "-c", f'exec "$@" 3<&{read_in} 4>&{write_out}', "bash", *command]
        self.process = subprocess.Popen(shell, pass_fds=(read_in, write_out), stderr=subprocess.DEVNULL)
        os.close(read_in)
        os.close(write_out)
        self.rest = b""
        self.number = 0

    def call(self, method, session=None, **parameters):
        """The result of one command; events that come before it are passed over."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self.write_to, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                part = os.read(self.read_from, 1 << 16)
                if not part:
                    timed_run.fail("the browser ended")
                self.rest += part
            line, self.rest = self.rest.split(b"\0", 1)
            answer = json.loads(line)
            if answer.get("id") == self.number:
                if "error" in answer:
                    timed_run.fail(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def evaluate(self, session, expression):
        """The value, as JSON has it, of a promise."""
        result = self.call("Runtime.evaluate", session, expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            timed_run.fail(result["exceptionDetails"])
        return result["result"]["value"]

    def close(self):
        self.call("Browser.close")
        self.process.wait()
        os.close(self.write_to)
        os.close(self.read_from)


def open_once(program, page, profile):
    """The times of one new browser, by name, in milliseconds; `rows` counts the rows of the table."""
    browser = Browser(program, profile)
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    browser.call("Page.enable", session)
    browser.call("Performance.enable", session, timeDomain="threadTicks")
    browser.call("Page.addScriptToEvaluateOnNewDocument", session, source=WATCH)
    browser.call("Page.navigate", session, url=page.resolve().as_uri())
    times = {"interactive": browser.evaluate(session, "window.watched")}
    metrics = browser.call("Performance.getMetrics", session)["metrics"]
    times["of it computed"] = 1000 * next(entry["value"] for entry in metrics if entry["name"] == "ThreadTime")
    times.update(browser.evaluate(session, DRIVE))
    browser.close()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    times = []
    for _ in range(arguments.repetitions):
        with tempfile.TemporaryDirectory() as folder:
            times.append(open_once(arguments.browser, arguments.page, folder))
    shown = {run.pop("rows") for run in times}
    print(f"{arguments.page.stat().st_size / 1e6:.1f} MB, {max(shown)} rows shown at first; {timed_run.machine()}")
    rows = []
    for name in times[0]:
        values = [run[name] for run in times]
        rows.append([name, f"{statistics.median(values):.0f}", f"{min(values):.0f}", f"{max(values):.0f}"])
    print(timed_run.markdown_table(["", "median ms", "smallest", "largest"], rows))


if __name__ == "__main__":
    main()
