// First in the page: remembers everything that a person would see in the console.
window.problems = [];
addEventListener("error", (event) => problems.push("error: " + event.message));
addEventListener("unhandledrejection", (event) => problems.push("rejection: " + event.reason));
addEventListener("securitypolicyviolation", (event) => problems.push("blocked: " + event.blockedURI));
for (const level of ["error", "warn"]) {
  console[level] = (...words) => problems.push(level + ": " + words.join(" "));
}

// What the test reads: JSON in an element "outcome".
function leaveOutcome(seen) {
  const outcome = document.createElement("pre");
  outcome.id = "outcome";
  // Only what needs no entity where the page is written out again.
  outcome.textContent = JSON.stringify(seen).replace(
      /[<>&\u0080-\uffff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  document.body.append(outcome);
}
