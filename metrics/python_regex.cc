#include "metrics/python_regex.h"

#include <utility>

#include "metrics/regex/matcher.h"
#include "metrics/regex/program.h"
#include "metrics/unicode_text.h"

namespace meval {

struct PythonRegex::Impl {
  std::string pattern;
  regex::Program program;
};

namespace {

void RequireUtf8(const std::string& pattern, std::string_view text) {
  if (const auto offset = FindInvalidUtf8(text)) {
    throw std::invalid_argument("text searched for \"" + pattern +
                                "\" is not valid UTF-8: ill-formed sequence at byte offset " +
                                std::to_string(*offset));
  }
}

// Calls visit(matcher) for every match in turn.
template <typename Visit>
void ForEachMatch(const regex::Program& program, std::string_view text, Visit visit) {
  regex::Matcher matcher(program, text);
  std::size_t start = 0;
  bool must_advance = false;
  while (start <= text.size() && matcher.Search(start, must_advance)) {
    visit(matcher);
    // Behind an empty match the next one may begin at the same place, but not be empty there.
    must_advance = matcher.slot(0) == matcher.slot(1);
    start = matcher.slot(1);
  }
}

}  // namespace

PythonRegex::PythonRegex(std::string_view pattern)
    : impl_(std::make_unique<Impl>(Impl{std::string(pattern), regex::Compile(pattern)})) {}
PythonRegex::~PythonRegex() = default;
PythonRegex::PythonRegex(PythonRegex&&) noexcept = default;
PythonRegex& PythonRegex::operator=(PythonRegex&&) noexcept = default;

const std::string& PythonRegex::pattern() const { return impl_->pattern; }
int PythonRegex::num_groups() const { return static_cast<int>(impl_->program.num_groups); }

std::vector<PythonRegex::Match> PythonRegex::FindAll(std::string_view text) const {
  RequireUtf8(impl_->pattern, text);
  std::vector<Match> matches;
  ForEachMatch(impl_->program, text, [&](const regex::Matcher& matcher) {
    Match match{matcher.slot(0), matcher.slot(1), {}};
    for (std::size_t g = 0; g <= impl_->program.num_groups; ++g) {
      const std::size_t begin = matcher.slot(2 * g);
      const std::size_t end = matcher.slot(2 * g + 1);
      const bool is_set = begin != regex::kUnset && end != regex::kUnset;
      match.groups.emplace_back(is_set ? text.substr(begin, end - begin) : std::string_view());
    }
    matches.push_back(std::move(match));
  });
  return matches;
}

std::string PythonRegex::Replace(std::string_view text, std::string_view replacement) const {
  RequireUtf8(impl_->pattern, text);
  std::string out;
  out.reserve(text.size());
  std::size_t kept = 0;
  ForEachMatch(impl_->program, text, [&](const regex::Matcher& matcher) {
    out.append(text, kept, matcher.slot(0) - kept);
    out.append(replacement);
    kept = matcher.slot(1);
  });
  out.append(text, kept);
  return out;
}

}  // namespace meval
