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

std::vector<ifeval::Arguments> Instructions(std::string_view response, std::string_view request) {
  RequireUtf8("ifeval", "response", response);
  return ifeval::ParseRequest(request);
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
  const std::string text(response);
  std::vector<bool> followed;
  for (const ifeval::Arguments& instruction : Instructions(response, request)) {
    followed.push_back(Follows(text, instruction));
  }
  return followed;
}

InstructionScores CheckInstructions(std::string_view response, std::string_view request) {
  const std::string text(response);
  InstructionScores scores;
  const std::vector<ifeval::Arguments> instructions = Instructions(response, request);
  const std::vector<std::string> forms = OtherForms(text);
  for (const ifeval::Arguments& instruction : instructions) {
    const auto follows = [&](const std::string& form) { return Follows(form, instruction); };
    // Also where a later form decides, the arguments of this one have been looked at.
    scores.strict.push_back(follows(text));
    scores.loose.push_back(scores.strict.back() ||
                           std::any_of(forms.begin(), forms.end(), follows));
  }
  return scores;
}

}  // namespace meval
