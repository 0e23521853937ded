#include "metrics/ifeval.h"

#include <algorithm>
#include <array>

#include "metrics/ifeval/arguments.h"
#include "metrics/ifeval/checkers.h"
#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

// What is left of a response without its first line, its last or both, then all four forms without
// asterisks.
std::vector<std::string> OtherForms(const std::string& response) {
  const std::size_t first = response.find('\n');
  const std::size_t last = response.rfind('\n');
  const bool has_lines = first != std::string::npos;
  std::vector<std::string> forms;
  forms.emplace_back(has_lines ? Strip(std::string_view(response).substr(first + 1)) : "");
  forms.emplace_back(has_lines ? Strip(std::string_view(response).substr(0, last)) : "");
  forms.emplace_back(has_lines && last > first
                         ? Strip(std::string_view(response).substr(first + 1, last - first - 1))
                         : "");
  forms.push_back(ReplaceAll(response, "*", ""));
  for (std::size_t i = 0; i < 3; ++i) forms.push_back(ReplaceAll(forms[i], "*", ""));
  return forms;
}

bool Follows(const std::string& form, const ifeval::Arguments& instruction) {
  return !Strip(form).empty() && ifeval::FindChecker(instruction.kind()).follows(form, instruction);
}

}  // namespace

std::span<const std::string_view> InstructionKinds() {
  static const std::vector<std::string_view> kinds = [] {
    std::vector<std::string_view> names;
    for (const ifeval::Checker& checker : ifeval::Checkers()) names.push_back(checker.kind);
    std::sort(names.begin(), names.end());
    return names;
  }();
  return kinds;
}

std::vector<bool> StrictlyFollowed(std::string_view response, std::string_view request) {
  RequireUtf8("ifeval", "response", response);
  const std::string text(response);
  std::vector<bool> followed;
  for (const ifeval::Arguments& instruction : ifeval::ParseRequest(request)) {
    followed.push_back(Follows(text, instruction));
  }
  return followed;
}

InstructionScores CheckInstructions(std::string_view response, std::string_view request) {
  InstructionScores scores = {.strict = StrictlyFollowed(response, request), .loose = {}};
  const std::vector<std::string> forms = OtherForms(std::string(response));
  std::size_t place = 0;
  for (const ifeval::Arguments& instruction : ifeval::ParseRequest(request)) {
    const auto follows = [&](const std::string& form) { return Follows(form, instruction); };
    scores.loose.push_back(scores.strict[place++] ||
                           std::any_of(forms.begin(), forms.end(), follows));
  }
  return scores;
}

}  // namespace meval
