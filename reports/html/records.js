// The table of records: filtered, sorted and shown a page at a time, so that any number of them opens at once.

const PAGE = 50;
const parsed = new Map();  // task's place -> its records, with what filters need
const state = {data: null, shown: [], page: 0, column: null, descending: false};

// A record is right or wrong where scores are 0 or 1, and has a score of its own otherwise.
function isBinary(data) { return data.records.every(({score}) => score === undefined || score === 0 || score === 1); }

// Marks the records that changed since the baseline, and keeps what it answered.
function addFlips(data, flips) {
  data.isCompared = flips !== null;
  for (const record of data.isCompared ? data.records : []) {
    if (!Object.hasOwn(flips, record.id)) continue;
    record.flags = [...(record.flags || []), "flipped"];
    record.before = flips[record.id];
  }
}

function taskData(place) {
  if (!parsed.has(place)) {
    const data = JSON.parse(byId("records-" + place).textContent);
    data.isBinary = isBinary(data);
    addFlips(data, JSON.parse(byId("flips-" + place).textContent));
    parsed.set(place, data);
  }
  return parsed.get(place);
}

function letter(data, record, i) {
  const text = choiceText(data, record.choices[i][0]);
  return text.trim().length <= 3 ? text.trim() : (i + 1) + ": " + text;
}

// What the model answered, in a line: the likeliest choice, or what the main score reads.
function answer(data, record) {
  if (record.choices) {
    let best = 0;
    record.choices.forEach((choice, i) => { if (choice[1] > record.choices[best][1]) best = i; });
    return record.choices.length > 1 ? letter(data, record, best) : record.choices[0][1].toFixed(3);
  }
  if (!record.completions) return "";
  const [text, , , extracted] = record.completions[0];
  const value = extracted[data.headline];
  return (typeof value === "string" ? value : text).slice(0, 120);
}

function expected(data, record) {
  if (record.choices && record.gold) return record.gold.map((i) => letter(data, record, i)).join(", ");
  return record.references ? record.references[0].slice(0, 120) : "";
}

function verdict(data, record) {
  if (record.score === undefined) return "";
  if (data.isBinary) return record.score === 1 ? "right" : "wrong";
  return record.score.toFixed(4);
}

function tokens(record) {
  return record.completions ? record.completions.reduce((sum, completion) => sum + completion[2], 0)
                            : record.rolling ? record.rolling[3] : undefined;
}

// Columns that this task's records fill: name, text of a cell, value to sort by.
function columns(data) {
  const first = data.records[0] || {};
  const all = [
    {name: "Record", isText: true, text: (r) => r.id, value: (r) => r.i},
    {name: "Group", isText: true, isThere: data.groups.length > 0, text: (r) => data.groups[r.group],
     value: (r) => data.groups[r.group]},
    {name: "Question", isText: true, className: "text question", text: (r) => r.question.trim().slice(0, 160).replace(/\s+/g, " "),
     value: (r) => r.question},
    {name: "Answer", isText: true, isThere: !first.rolling, text: (r) => answer(data, r), value: (r) => answer(data, r)},
    {name: "Expected", isText: true, isThere: !first.rolling, text: (r) => expected(data, r), value: (r) => expected(data, r)},
    {name: data.headline || "Score", isVerdict: true, text: (r) => verdict(data, r), value: (r) => r.score},
    {name: "Before", isThere: data.records.some((r) => r.before), isText: true,
     text: (r) => r.before ? r.before[0].slice(0, 120) : "", value: (r) => r.before && r.before[0]},
    {name: "p(gold) %", isThere: first.gold_p !== undefined,
     text: (r) => r.gold_p === undefined ? "" : (100 * r.gold_p).toFixed(1), value: (r) => r.gold_p},
    {name: "Margin", isThere: first.margin !== undefined,
     text: (r) => r.margin === undefined ? "" : r.margin.toFixed(3), value: (r) => r.margin},
    {name: "Tokens", isThere: tokens(first) !== undefined, text: (r) => tokens(r), value: tokens},
    {name: "Marks", isText: true, isThere: data.records.some((r) => r.flags), isFlags: true,
     text: (r) => (r.flags || []).map((flag) => FLAGS[flag]).join(", "), value: (r) => (r.flags || []).length},
  ];
  return all.filter(({isThere}) => isThere !== false);
}

// Everything that can be searched for, in lower case; made once a record.
function haystack(data, record) {
  if (record.haystack === undefined) {
    const parts = [record.id, record.source, record.digest, record.question, data.groups[record.group], ...(record.references || [])];
    for (const choice of record.choices || []) parts.push(choiceText(data, choice[0]));
    for (const [text, , , extracted] of record.completions || []) parts.push(text, ...Object.values(extracted));
    record.haystack = parts.filter((part) => part).join("\n").toLowerCase();
  }
  return record.haystack;
}

function fits(data, record, filter) {
  if (filter.verdict && filter.verdict !== "any") {
    if (filter.verdict === "right" ? !(record.score === 1) : filter.verdict === "wrong" ? !(record.score < 1)
                                                                                       : record.score !== undefined) return false;
  }
  if (filter.group !== "" && record.group !== Number(filter.group)) return false;
  if (filter.flag && !(record.flags || []).includes(filter.flag)) return false;
  return filter.words.every((word) => haystack(data, record).includes(word));
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return typeof a === "string" ? a.localeCompare(b) : a - b;
}

function refresh() {
  const data = state.data;
  const filter = {verdict: byId("verdict").value, group: byId("group").value, flag: byId("flag").value,
                  words: byId("words").value.toLowerCase().split(/\s+/).filter((word) => word)};
  state.shown = data.records.filter((record) => fits(data, record, filter));
  if (state.column) {
    const sign = state.descending ? -1 : 1;
    const keyed = state.shown.map((record) => [state.column.value(record), record]);
    keyed.sort((a, b) => a[0] === undefined || b[0] === undefined ? compare(a[0], b[0]) : sign * compare(a[0], b[0]));
    state.shown = keyed.map(([, record]) => record);
  }
  state.page = 0;
  showPage();
}

function fillCell(cell, column, record) {
  const text = column.text(record);
  if (column.isVerdict && (text === "right" || text === "wrong")) cell.className = text;
  if (column.isFlags) {
    for (const flag of record.flags || []) cell.append(make("span", "flag", FLAGS[flag]));
  } else {
    cell.textContent = visible(String(text === undefined ? "" : text));
  }
}

function recordRow(record) {
  const line = make("tr", "row");
  state.columns.forEach((column, i) => {
    const cell = make("td", column.className || (column.isText ? "text" : ""));
    cell.dataset.name = column.name;
    if (i === 0) {
      const button = make("button", "open", record.id);
      button.type = "button";
      button.setAttribute("aria-expanded", "false");
      cell.append(button);
    } else {
      fillCell(cell, column, record);
      if (column.isText) cell.title = cell.textContent;
    }
    line.append(cell);
  });
  line.addEventListener("click", () => { if (String(getSelection()) === "") toggle(line, record); });
  return line;
}

function toggle(line, record) {
  const button = line.querySelector(".open");
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  if (isOpen) {
    line.nextElementSibling.remove();
    return;
  }
  const more = make("tr", "detail"), cell = make("td");
  cell.colSpan = state.columns.length;
  cell.append(detail(state.data, record));
  more.append(cell);
  line.after(more);
}

function showPage() {
  const count = state.shown.length, pages = Math.max(1, Math.ceil(count / PAGE));
  state.page = Math.min(Math.max(state.page, 0), pages - 1);
  const begin = state.page * PAGE, end = Math.min(begin + PAGE, count);
  byId("table").tBodies[0].replaceChildren(...state.shown.slice(begin, end).map(recordRow));
  const total = state.data.records.length;
  byId("count").textContent = count.toLocaleString("en") + " of " + total.toLocaleString("en") + " records" + share(count);
  byId("place").textContent = count === 0 ? "no record" : (begin + 1) + "–" + end + " of " + count;
  for (const id of ["first", "previous"]) byId(id).disabled = state.page === 0;
  for (const id of ["next", "last"]) byId(id).disabled = state.page >= pages - 1;
}

// The score of what is shown, so that a filter answers a question.
function share(count) {
  const scored = state.shown.filter(({score}) => score !== undefined);
  if (scored.length === 0) return count === 0 ? "" : ", none with a score";
  const mean = scored.reduce((sum, {score}) => sum + score, 0) / scored.length;
  return ", mean " + state.data.headline + " " + (Math.abs(mean) <= 1 ? (100 * mean).toFixed(2) + " %" : mean.toPrecision(6));
}

function sortBy(column) {
  state.descending = state.column === column ? !state.descending : false;
  state.column = column;
  showHead();
  refresh();
}

function showHead() {
  const line = make("tr");
  for (const column of state.columns) {
    const cell = make("th", column.isText ? "text" : "");
    cell.scope = "col";
    const isSorted = state.column === column;
    const button = make("button", "", column.name + (isSorted ? (state.descending ? " ▼" : " ▲") : ""));
    button.type = "button";
    if (isSorted) cell.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
    button.addEventListener("click", () => { sortBy(column); byId("table").tHead.querySelectorAll("button")[state.columns.indexOf(column)].focus(); });
    cell.append(button);
    line.append(cell);
  }
  byId("table").tHead.replaceChildren(line);
}

function fillSelect(id, options) {
  byId(id).replaceChildren(...options.map(([value, text]) => {
    const option = make("option", "", text);
    option.value = value;
    return option;
  }));
}

function showTask() {
  const data = state.data = taskData(byId("task").value);
  state.columns = columns(data);
  state.column = null;
  const verdicts = [["any", "all"]];
  const some = (test) => data.records.some(test);
  if (data.isBinary && some((r) => r.score !== undefined)) verdicts.push(["right", "right"], ["wrong", "wrong"]);
  if (some((r) => r.score === undefined)) verdicts.push(["none", "without a score"]);
  fillSelect("verdict", verdicts);
  fillSelect("group", [["", "all"], ...data.groups.map((name, i) => [i, name])]);
  byId("group-label").hidden = data.groups.length === 0;
  const flags = Object.keys(FLAGS).filter((flag) => some((r) => (r.flags || []).includes(flag)));
  fillSelect("flag", [["", flags.length ? "all" : data.isCompared ? "none, and none flipped" : "none in this task"], ...flags.map((flag) => [flag, FLAGS[flag]])]);
  showHead();
  refresh();
}

let waiting = 0;
byId("words").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(refresh, 120); });
for (const id of ["verdict", "group", "flag"]) byId(id).addEventListener("change", refresh);
byId("task").addEventListener("change", showTask);
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("reset").addEventListener("click", (event) => {
  event.preventDefault();
  for (const id of ["verdict", "group", "flag"]) byId(id).selectedIndex = 0;
  byId("words").value = "";
  state.column = null;
  showHead();
  refresh();
});
for (const [id, page] of [["first", () => 0], ["previous", () => state.page - 1], ["next", () => state.page + 1], ["last", () => Infinity]]) {
  byId(id).addEventListener("click", () => { state.page = page(); showPage(); });
}
if (byId("task").options.length > 0) showTask();
document.documentElement.dataset.ready = "true";
