// Last in the page: uses it as a person does, and leaves what it saw as JSON in an element "outcome".
(async () => {
  const seen = {};
  const element = (id) => document.getElementById(id);
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const count = () => Number(/^([\d,]+) of/.exec(element("count").textContent)[1].replace(/,/g, ""));
  const rows = () => Array.from(element("table").querySelectorAll("tr.row"));
  const firstId = () => rows().length ? rows()[0].querySelector(".open").textContent : "";
  const choose = (id, value) => { element(id).value = value; element(id).dispatchEvent(new Event("change")); };
  const type = async (text) => { element("words").value = text; element("words").dispatchEvent(new Event("input")); await wait(300); };
  const head = (name) => Array.from(element("table").tHead.querySelectorAll("button")).find((b) => b.textContent.startsWith(name));
  try {
    seen.scripts = document.scripts.length;
    seen.all = count();
    seen.rowsShown = rows().length;
    choose("verdict", "wrong");
    seen.wrong = count();
    choose("group", "1");
    seen.wrongInGroup = count();
    element("reset").click();
    seen.afterReset = count();
    await type("Needle number");
    seen.needle = count();
    seen.needleId = firstId();
    await type("no such text anywhere");
    seen.nothing = count();
    element("reset").click();
    choose("flag", "truncated");
    seen.truncated = count();
    element("reset").click();
    head("Margin").click();
    seen.smallestMargin = firstId();
    head("Margin").click();
    seen.largestMargin = firstId();
    seen.ariaSort = head("Margin").closest("th").getAttribute("aria-sort");
    element("reset").click();
    element("next").click();
    seen.secondPage = firstId();
    element("last").click();
    seen.nextOnLastPage = element("next").disabled;
    await type("hostile");
    rows()[0].querySelector(".open").click();
    seen.detail = element("table").querySelector("tr.detail").textContent;
    seen.expanded = rows()[0].querySelector(".open").getAttribute("aria-expanded");
    rows()[0].querySelector(".open").click();
    seen.closed = element("table").querySelector("tr.detail") === null;
    choose("task", "1");
    seen.secondTask = count();
    seen.images = document.images.length;
    seen.scriptsAfter = document.scripts.length;
    seen.wasAttacked = window.attacked === true;
    seen.blankCharts = Array.from(document.querySelectorAll("canvas")).filter((canvas) => {
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      return !data.some((value) => value !== 0);
    }).map((canvas) => canvas.id);
    seen.charts = document.querySelectorAll("canvas").length;
    seen.unlabelled = Array.from(document.querySelectorAll("input, select")).filter((field) => !field.labels.length).length;
    seen.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    seen.requests = performance.getEntriesByType("resource").map(({name}) => name);
  } catch (error) {
    problems.push("driver: " + error.stack);
  }
  seen.problems = problems;
  const outcome = document.createElement("pre");
  outcome.id = "outcome";
  // Only what needs no entity where the page is written out again.
  outcome.textContent = JSON.stringify(seen).replace(
      /[<>&\u0080-\uffff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  document.body.append(outcome);
})();
