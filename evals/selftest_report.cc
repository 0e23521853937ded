#include "evals/selftest_report.h"

#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include "engine/tokenizer.h"
#include "kernels/context.h"

namespace meval {

std::int64_t SelftestReport::num_cases() const {
  std::int64_t cases = 0;
  for (const SelftestCheck& check : checks) cases += check.num_cases;
  return cases;
}

std::int64_t SelftestReport::num_failed() const {
  return std::count_if(checks.begin(), checks.end(),
                       [](const SelftestCheck& check) { return !check.passed(); });
}

std::int64_t SelftestReport::num_skipped() const {
  return std::count_if(checks.begin(), checks.end(),
                       [](const SelftestCheck& check) { return check.num_cases == 0; });
}

std::string LibraryVersions() {
  return (HasOneDnn() ? "oneDNN " + OneDnnVersion() + " (" + OneDnnIsa() + "), " : "no oneDNN, ") +
         TokenizerLibrary();
}

void WriteJson(const SelftestReport& report, std::ostream& out) {
  nlohmann::ordered_json json;
  json["passed"] = report.num_failed() == 0;
  json["num_checks"] = report.checks.size();
  json["num_failed"] = report.num_failed();
  json["num_skipped"] = report.num_skipped();
  json["num_cases"] = report.num_cases();
  json["seconds"] = report.seconds;
  json["machine"] = nlohmann::ordered_json::object();
  for (const auto& [key, value] : report.machine) json["machine"][key] = value;
  json["checks"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < report.checks.size(); ++i) {
    const SelftestCheck& check = report.checks[i];
    nlohmann::ordered_json entry;
    entry["name"] = check.name;
    entry["claim"] = check.claim;
    entry["status"] = !check.passed() ? "failed" : check.num_cases == 0 ? "skipped" : "ok";
    entry["num_cases"] = check.num_cases;
    entry["num_failures"] = check.num_failures;
    if (check.worst >= 0) entry["worst_error"] = check.worst;
    if (!check.passed()) {
      entry["first_failure"] = check.first_failure;
      entry["repeat"] = report.repeat.at(i);
    }
    if (check.num_cases == 0) entry["why_skipped"] = check.why_skipped;
    json["checks"].push_back(std::move(entry));
  }
  // A generated text in a failure may be cut within a character.
  out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace meval
