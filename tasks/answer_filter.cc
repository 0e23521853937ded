#include "tasks/answer_filter.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "metrics/python_regex.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

struct CompiledStep {
  FilterStep step;
  std::optional<PythonRegex> regex;
};

std::optional<std::string> TakeMatch(const CompiledStep& step, std::string_view text) {
  const std::vector<PythonRegex::Match> matches = step.regex->FindAll(text);
  const auto count = static_cast<std::int64_t>(matches.size());
  const std::int64_t index = step.step.select < 0 ? count + step.step.select : step.step.select;
  if (index < 0 || index >= count) return std::nullopt;
  const std::vector<std::string>& groups = matches[static_cast<std::size_t>(index)].groups;
  if (groups.size() == 1) return std::string(Strip(groups[0]));
  if (groups.size() == 2) return std::string(Strip(groups[1]));
  for (std::size_t i = 1; i < groups.size(); ++i) {
    if (!groups[i].empty()) return std::string(Strip(groups[i]));
  }
  return std::nullopt;
}

}  // namespace

struct AnswerFilter::Impl {
  std::vector<CompiledStep> steps;
};

AnswerFilter::AnswerFilter(const std::vector<FilterStep>& steps) : impl_(std::make_unique<Impl>()) {
  for (const FilterStep& step : steps) {
    CompiledStep compiled;
    compiled.step = step;
    if (step.kind == FilterStep::Kind::kRegex) compiled.regex.emplace(step.pattern);
    impl_->steps.push_back(std::move(compiled));
  }
}

AnswerFilter::~AnswerFilter() = default;
AnswerFilter::AnswerFilter(AnswerFilter&&) noexcept = default;
AnswerFilter& AnswerFilter::operator=(AnswerFilter&&) noexcept = default;

ExtractedAnswer AnswerFilter::Apply(std::string_view completion) const {
  ExtractedAnswer answer;
  answer.text = completion;
  for (const CompiledStep& compiled : impl_->steps) {
    switch (compiled.step.kind) {
      case FilterStep::Kind::kStrip:
        answer.text = std::string(Strip(answer.text));
        break;
      case FilterStep::Kind::kTakeFirstLine:
        answer.text.resize(std::min(answer.text.find('\n'), answer.text.size()));
        break;
      case FilterStep::Kind::kTakeBefore:
        answer.text.resize(std::min(answer.text.find(compiled.step.pattern), answer.text.size()));
        break;
      case FilterStep::Kind::kRegex: {
        std::optional<std::string> found = TakeMatch(compiled, answer.text);
        answer.is_valid = answer.is_valid && found.has_value();
        answer.text = found ? std::move(*found) : compiled.step.fallback;
        break;
      }
    }
  }
  return answer;
}

}  // namespace meval
