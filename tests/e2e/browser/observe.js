// First in the page: remembers everything that a person would see in the console.
window.problems = [];
addEventListener("error", (event) => problems.push("error: " + event.message));
addEventListener("unhandledrejection", (event) => problems.push("rejection: " + event.reason));
addEventListener("securitypolicyviolation", (event) => problems.push("blocked: " + event.blockedURI));
for (const level of ["error", "warn"]) {
  console[level] = (...words) => problems.push(level + ": " + words.join(" "));
}
