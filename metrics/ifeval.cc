#include "metrics/ifeval.h"

#include <algorithm>
#include <array>

#include "metrics/ifeval/arguments.h"
#include "metrics/ifeval/checkers.h"
#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

// The response, and what is left of it without its first line, its last or both, each with and
// without asterisks.
std::vector<std::string> LooseForms(const std::string& response) {
  const std::size_t first = response.find('\n');
  const std::size_t last = response.rfind('\n');
  const bool has_lines = first != std::string::npos;
  std::vector<std::string> forms = {response};
  forms.emplace_back(has_lines ? Strip(std::string_view(response).substr(first + 1)) : "");
  forms.emplace_back(has_lines ? Strip(std::string_view(response).substr(0, last)) : "");
  forms.emplace_back(has_lines && last > first
                         ? Strip(std::string_view(response).substr(first + 1, last - first - 1))
                         : "");
  for (std::size_t i = 0; i < 4; ++i) forms.push_back(ReplaceAll(forms[i], "*", ""));
  return forms;
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

InstructionScores CheckInstructions(std::string_view response, std::string_view request_json) {
  RequireUtf8("ifeval", "response", response);
  const std::vector<std::string> forms = LooseForms(std::string(response));
  InstructionScores scores;
  for (const ifeval::Arguments& instruction : ifeval::ParseRequest(request_json)) {
    const ifeval::Checker& checker = ifeval::FindChecker(instruction.kind());
    const auto follows = [&](const std::string& form) {
      return !Strip(form).empty() && checker.follows(form, instruction);
    };
    // Also where a later form decides, the arguments of this one have been looked at.
    scores.strict.push_back(follows(forms.front()));
    scores.loose.push_back(scores.strict.back() ||
                           std::any_of(forms.begin() + 1, forms.end(), follows));
  }
  return scores;
}

}  // namespace meval
