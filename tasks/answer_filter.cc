#include "tasks/answer_filter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "metrics/extract.h"
#include "metrics/metric_error.h"
#include "metrics/minerva_math.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

struct CompiledStep {
  FilterStep step;
  std::optional<RegexFilter> regex;
};

}  // namespace

struct AnswerFilter::Impl {
  std::vector<CompiledStep> steps;
};

AnswerFilter::AnswerFilter(const std::vector<FilterStep>& steps) : impl_(std::make_unique<Impl>()) {
  for (const FilterStep& step : steps) {
    CompiledStep compiled;
    compiled.step = step;
    if (step.kind == FilterStep::Kind::kRegex) {
      compiled.regex.emplace(RegexFilterOptions{step.pattern, step.select, step.fallback});
    }
    impl_->steps.push_back(std::move(compiled));
  }
}

AnswerFilter::~AnswerFilter() = default;
AnswerFilter::AnswerFilter(AnswerFilter&&) noexcept = default;
AnswerFilter& AnswerFilter::operator=(AnswerFilter&&) noexcept = default;

ExtractedAnswer AnswerFilter::Apply(std::string_view completion) const {
  RequireUtf8("answer filter", "completion", completion);
  ExtractedAnswer answer;
  answer.text = completion;
  for (const CompiledStep& compiled : impl_->steps) {
    switch (compiled.step.kind) {
      case FilterStep::Kind::kStrip:
        answer.text = std::string(Strip(answer.text));
        break;
      case FilterStep::Kind::kDropSpace:
        if (answer.text.starts_with(' ')) answer.text.erase(0, 1);
        break;
      case FilterStep::Kind::kTakeFirstLine:
        answer.text.resize(std::min(answer.text.find('\n'), answer.text.size()));
        break;
      case FilterStep::Kind::kTakeBefore:
        answer.text.resize(std::min(answer.text.find(compiled.step.pattern), answer.text.size()));
        break;
      case FilterStep::Kind::kMinervaAnswer:
        answer.text = ExtractMinervaAnswer(answer.text);
        answer.is_valid = answer.is_valid && answer.text != kInvalidMinervaAnswer;
        break;
      case FilterStep::Kind::kRegex:
        answer.text = compiled.regex->Apply(answer.text);
        answer.is_valid = answer.is_valid && answer.text != compiled.step.fallback;
        break;
    }
  }
  return answer;
}

}  // namespace meval
