#include "tasks/render/text_filter.h"

#include <utility>

#include "metrics/hendrycks_math.h"
#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"
#include "tasks/records/value.h"
#include "tasks/render/field_path.h"

namespace meval::tasks {
namespace {

TextFilter OneStep(std::string name, TextStep::Kind kind) {
  TextFilter filter;
  filter.name = std::move(name);
  filter.steps.emplace_back();
  filter.steps.back().kind = kind;
  return filter;
}

std::size_t Require(std::size_t position, std::string_view marker, std::string_view text) {
  if (position == text.npos) {
    throw FieldError("expected a text that holds " + Quoted(marker) + ", found " + Quoted(text));
  }
  return position;
}

// re.sub with a replacement that names groups; the parser has checked that they exist.
std::string ReplaceMatches(std::string_view text, const PythonRegex& regex, std::string_view to) {
  std::string out;
  std::size_t kept = 0;
  for (const PythonRegex::Match& match : regex.FindAll(text)) {
    out.append(text, kept, match.begin - kept);
    for (std::size_t i = 0; i < to.size(); ++i) {
      if (to[i] == '\\' && i + 1 < to.size()) {
        out += match.groups[static_cast<std::size_t>(to[++i] - '0')];
      } else {
        out += to[i];
      }
    }
    kept = match.end;
  }
  return out.append(text, kept, text.npos);
}

std::string BoxedAnswer(std::string_view solution) {
  const std::optional<std::string> boxed = LastBoxed(solution);
  if (!boxed) throw FieldError("expected a solution with \\boxed, found " + Quoted(solution));
  try {
    return Unbox(*boxed);
  } catch (const MetricError& error) {
    throw FieldError(error.what());
  }
}

}  // namespace

std::string TextStep::Apply(std::string_view text) const {
  switch (kind) {
    case Kind::kStrip:
      return std::string(Strip(text));
    case Kind::kLower:
      return Lower(text);
    case Kind::kCapitalize:
      return Capitalize(text);
    case Kind::kCrlfToLf:
      return ReplaceAll(text, "\r\n", "\n");
    case Kind::kReplace:
      return ReplaceAll(text, from, to);
    case Kind::kDeleteRegex:
      return regex->Replace(text, "");
    case Kind::kReplaceRegex:
      return ReplaceMatches(text, *regex, to);
    case Kind::kAfterFirst:
      return std::string(text.substr(Require(text.find(from), from, text) + from.size()));
    case Kind::kAfterLast:
      return std::string(text.substr(Require(text.rfind(from), from, text) + from.size()));
    case Kind::kBeforeFirst:
      return std::string(text.substr(0, Require(text.find(from), from, text)));
    case Kind::kBeforeLast:
      return std::string(text.substr(0, Require(text.rfind(from), from, text)));
    case Kind::kMatch: {
      const std::vector<PythonRegex::Match> matches = regex->FindAll(text);
      if (matches.empty() && must_match) {
        throw FieldError("expected a match of " + Quoted(regex->pattern()) + ", found none in " +
                         Quoted(FirstCodePoints(text, 80)));
      }
      return matches.empty() ? to : matches.front().groups[1];
    }
    case Kind::kFirstChars:
      return std::string(FirstCodePoints(text, count));
    case Kind::kLastBoxed:
      return BoxedAnswer(text);
  }
  return std::string(text);
}

std::string TextFilter::Apply(std::string text) const {
  for (const TextStep& step : steps) text = step.Apply(text);
  return text;
}

FilterSet::FilterSet() {
  filters_.push_back(OneStep("strip", TextStep::Kind::kStrip));
  filters_.push_back(OneStep("lower", TextStep::Kind::kLower));
  filters_.push_back(OneStep("capitalize", TextStep::Kind::kCapitalize));
  filters_.push_back(OneStep("crlf_to_lf", TextStep::Kind::kCrlfToLf));
  filters_.push_back(OneStep("last_boxed", TextStep::Kind::kLastBoxed));
}

void FilterSet::Add(TextFilter filter) {
  if (Find(filter.name)) throw FieldError("there is a filter " + Quoted(filter.name) + " already");
  filters_.push_back(std::move(filter));
}

std::optional<std::size_t> FilterSet::Find(std::string_view name) const {
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    if (filters_[i].name == name) return i;
  }
  return std::nullopt;
}

std::vector<std::string> FilterSet::names() const {
  std::vector<std::string> names;
  for (const TextFilter& filter : filters_) names.push_back(filter.name);
  return names;
}

}  // namespace meval::tasks
