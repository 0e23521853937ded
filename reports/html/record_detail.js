// One record in full: prompt, choices or completions, what was extracted, verdict.
//
// Text of data and models comes into the page by textContent alone, so that none of it becomes markup.

const FLAGS = {
  truncated: "truncated", boundary: "boundary merge", invalid: "invalid answer", empty: "empty completion",
  length: "token limit", timeout: "timed out", killed: "killed at a limit", unscored: "no result", flipped: "flipped",
};

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = visible(String(text));
  return element;
}

// Control characters, and those that turn the direction of text round, are named instead of obeyed.
function visible(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
                      (c) => "⟨" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "⟩");
}

function row(cells, className, tag = "td") {
  const line = make("tr", className);
  for (const [text, name] of cells) {
    const cell = make(tag, name || "", text === null || text === undefined ? "" : text);
    if (tag === "th") cell.scope = "col";
    line.append(cell);
  }
  return line;
}

function table(heads, rows) {
  const box = make("div", "scroll"), element = make("table"), head = make("thead"), body = make("tbody");
  head.append(row(heads, "", "th"));
  body.append(...rows);
  element.append(head, body);
  box.append(element);
  return box;
}

function section(parent, title, ...contents) {
  parent.append(make("h4", "", title), ...contents);
}

// All that the model was shown, as far as the run kept it.
function promptText(data, record) {
  if (record.prefix === undefined) return record.question;
  const [description, places] = data.prefixes[record.prefix];
  const shown = record.cut ? places.slice(record.cut[0]) : places;
  const shots = shown.map((place) => {
    const [id, text] = data.exemplars[place];
    return text === undefined ? "[exemplar " + id + "]\n\n" : text;
  });
  return description + shots.join("") + record.question;
}

// Folded away, since exemplars are long and seldom what a reader looks for.
function wholePrompt(data, record) {
  const more = make("details"), text = promptText(data, record);
  const title = data.chat ? "What the turns of the chat hold, without its template, " : "Whole prompt, ";
  more.append(make("summary", "", title + text.length.toLocaleString("en") + " characters"), make("pre", "", text));
  return more;
}

function choiceText(data, text) { return typeof text === "number" ? data.texts[text] : text; }

function choiceTable(data, record) {
  const best = Math.max(...record.choices.map((choice) => choice[1]));
  const total = record.choices.reduce((sum, choice) => sum + Math.exp(choice[1] - best), 0);
  const rows = record.choices.map(([text, logprob, tokens, isGreedy], i) => {
    const isGold = (record.gold || []).includes(i);
    const share = Math.exp(logprob - best) / total;
    const line = row([[choiceText(data, text), "text answer"], [logprob.toFixed(4)], [(100 * share).toFixed(1)],
                      ["", "text"], [tokens], [isGold ? "right" : "", "text"], [isGreedy ? "greedy" : "", "text"]],
                     isGold ? "gold" : "");
    const meter = make("span", "meter"), filled = make("span");
    filled.style.width = (100 * share) + "%";
    meter.append(filled);
    meter.setAttribute("aria-hidden", "true");
    line.children[3].append(meter);
    return line;
  });
  return table([["Choice", "text"], ["log-prob"], ["share %"], [""], ["tokens"], ["", "text"], ["", "text"]], rows);
}

function extractionTable(data, completion) {
  const [text, , , extracted] = completion;
  const rows = Object.entries(extracted).map(([name, answer]) =>
      row([[name, "text"], [answer === null ? "(the whole text)" : answer, "text answer"],
           [data.signatures[name] || "", "text answer faint small"]]));
  return rows.length === 0 ? make("p", "meta", "Nothing is extracted from a text without a score.")
                           : table([["Score", "text"], ["reads", "text"], ["by", "text"]], rows);
}

function addCompletions(data, record, box) {
  record.completions.forEach((completion, i) => {
    const [text, stop, tokens, , verdict, detail] = completion;
    const many = record.completions.length > 1 ? " " + (i + 1) + " of " + record.completions.length : "";
    const reason = data.texts[stop];
    section(box, "Completion" + many + ": " + tokens + " tokens, stopped by " + reason, make("pre", "", text),
            extractionTable(data, completion));
    if (verdict) box.append(make("p", verdict === "passed" ? "right" : "wrong", "Its program " + verdict + (detail ? ": " + detail : "")));
  });
}

function addScores(data, record, box) {
  const rows = data.metrics.map((name, i) => [name, record.metrics[i]]).filter(([, value]) => value !== null)
      .map(([name, value]) => row([[name, "text"], [Math.abs(value) < 1e9 ? +value.toFixed(5) : value.toExponential(3)]]));
  if (rows.length) section(box, "Scores of this record", table([["Score", "text"], ["value"]], rows));
}

// The whole of a record; made when it is opened.
function detail(data, record) {
  const box = make("div");
  const meta = ["record " + record.i, record.source, "digest " + record.digest + "…"];
  if (record.cut) meta.push("cut to fit: " + record.cut[0] + " exemplars, " + record.cut[1] + " characters, " + record.cut[2] + " tokens left out");
  if (record.margin !== undefined) meta.push("margin " + record.margin.toFixed(4) + " nats");
  box.append(make("p", "meta", meta.join(" · ")));
  section(box, "Question", make("pre", "", record.question));
  if (record.prefix !== undefined) box.append(wholePrompt(data, record));
  if (record.choices) section(box, "Choices", choiceTable(data, record));
  for (const reference of record.references || []) section(box, "Reference", make("pre", "", reference));
  if (record.completions) addCompletions(data, record, box);
  if (record.rolling) {
    const [logprob, words, bytes, tokens] = record.rolling;
    section(box, "Log-probability " + logprob.toFixed(3) + " nats over " + tokens + " tokens, " + words + " words, " + bytes + " bytes");
  }
  if (record.before) section(box, "The baseline answered, with a score of " + +record.before[1].toFixed(5), make("pre", "", record.before[0]));
  addScores(data, record, box);
  return box;
}
