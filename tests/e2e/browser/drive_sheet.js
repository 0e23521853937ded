// Last in a rating sheet: rates as a person does, saves, and leaves what it saw as JSON in an element "outcome".
(async () => {
  const seen = {};
  const rate = (quality, place, rating) =>
      document.querySelector('input[name="' + quality + "-" + place + '"][value="' + rating + '"]').click();
  try {
    seen.before = document.getElementById("count").textContent;
    rate("factuality", 0, 4);
    rate("coverage", 0, 5);
    rate("factuality", 1, 1);
    rate("factuality", 1, 2);  // a second thought
    seen.after = document.getElementById("count").textContent;
    let saved = null;
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => { saved = blob; return create(blob); };
    HTMLAnchorElement.prototype.click = function () { seen.download = this.download; };  // a test leaves no file
    document.getElementById("save").click();
    seen.csv = await saved.text();
    seen.unlabelled = Array.from(document.querySelectorAll("input")).filter((field) => !field.labels.length).length;
    seen.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    seen.wasAttacked = window.attacked === true;
    seen.requests = performance.getEntriesByType("resource").map(({name}) => name).filter((name) => !name.startsWith("blob:"));
  } catch (error) {
    problems.push("driver: " + error.stack);
  }
  seen.problems = problems;
  leaveOutcome(seen);
})();
