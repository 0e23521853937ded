// Last in a page of a comparison or a history: filters the flips, where there are any, as a person does, and leaves what it
// saw as JSON in an element "outcome".
(() => {
  const seen = {};
  const element = (id) => document.getElementById(id);
  const shown = () => document.querySelectorAll("#flips details:not([hidden])").length;
  const change = (id, value, event) => { element(id).value = value; element(id).dispatchEvent(new Event(event)); return shown(); };
  try {
    if (element("flips")) {
      seen.all = shown();
      seen.lost = change("change", "loss", "change");
      seen.won = change("change", "win", "change");
      seen.count = element("count").textContent;
      change("change", "", "change");
      seen.nothing = change("words", "no such text anywhere", "input");
      seen.again = change("words", "", "input");
      for (const flip of document.querySelectorAll("#flips details")) flip.open = true;
    }
    seen.unlabelled = Array.from(document.querySelectorAll("input, select")).filter((field) => !field.labels.length).length;
    seen.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    seen.charts = document.querySelectorAll("svg").length;
    seen.wasAttacked = window.attacked === true;
    seen.images = document.images.length;
    seen.requests = performance.getEntriesByType("resource").map(({name}) => name);
  } catch (error) {
    problems.push("driver: " + error.stack);
  }
  seen.problems = problems;
  leaveOutcome(seen);
})();
