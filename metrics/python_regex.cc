#include "metrics/python_regex.h"

#include <utility>

#include "metrics/regex/for_each_match.h"
#include "metrics/regex/matcher.h"
#include "metrics/regex/program.h"
#include "metrics/regex/re2_matcher.h"
#include "metrics/regex/syntax.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

constexpr std::size_t kMaxResultBytes = std::size_t{2} << 30;

}  // namespace

struct PythonRegex::Impl {
  std::string pattern;
  std::size_t num_groups = 0;
  std::unique_ptr<const regex::Re2Pattern> re2;  // where RE2 has an exact translation;
  regex::Program program;                        // else this one for our own matcher

  void RequireUtf8(std::string_view text) const;

  // Calls visit(matcher) for every match in turn.
  template <typename Visit>
  void ForEachMatch(std::string_view text, Visit visit) const {
    RequireUtf8(text);
    if (re2 != nullptr) {
      regex::Re2Matcher matcher(*re2, text);
      regex::ForEachMatch(matcher, text.size(), visit);
    } else {
      regex::Matcher matcher(program, text);
      regex::ForEachMatch(matcher, text.size(), visit);
    }
  }
};

void PythonRegex::Impl::RequireUtf8(std::string_view text) const {
  if (const auto offset = FindInvalidUtf8(text)) {
    throw std::invalid_argument("text searched for \"" + pattern +
                                "\" is not valid UTF-8: ill-formed sequence at byte offset " +
                                std::to_string(*offset));
  }
}

PythonRegex::PythonRegex(std::string_view pattern) : impl_(std::make_unique<Impl>()) {
  regex::SyntaxTree tree = regex::Parse(pattern);
  impl_->pattern = pattern;
  impl_->num_groups = tree.num_groups;
  impl_->re2 = regex::Re2Pattern::Make(tree);
  if (impl_->re2 == nullptr) {
    impl_->program = regex::Compile(pattern, std::move(tree));
  }
}
PythonRegex::~PythonRegex() = default;
PythonRegex::PythonRegex(PythonRegex&&) noexcept = default;
PythonRegex& PythonRegex::operator=(PythonRegex&&) noexcept = default;

const std::string& PythonRegex::pattern() const { return impl_->pattern; }
int PythonRegex::num_groups() const { return static_cast<int>(impl_->num_groups); }
bool PythonRegex::uses_re2() const { return impl_->re2 != nullptr; }

std::vector<PythonRegex::Match> PythonRegex::FindAll(std::string_view text) const {
  std::vector<Match> matches;
  std::size_t num_bytes = 0;
  impl_->ForEachMatch(text, [&](const auto& matcher) {
    Match match{matcher.slot(0), matcher.slot(1), {}};
    match.groups.reserve(impl_->num_groups + 1);
    for (std::size_t g = 0; g <= impl_->num_groups; ++g) {
      const std::size_t begin = matcher.slot(2 * g);
      const std::size_t end = matcher.slot(2 * g + 1);
      const bool is_set = begin != regex::kUnset && end != regex::kUnset;
      match.groups.emplace_back(is_set ? text.substr(begin, end - begin) : std::string_view());
      num_bytes += sizeof(std::string) + match.groups.back().size();
    }
    num_bytes += sizeof(Match);
    if (num_bytes > kMaxResultBytes) {
      throw RegexError("regular expression \"" + impl_->pattern + "\" on a text of " +
                       std::to_string(text.size()) + " bytes: its matches take more than " +
                       std::to_string(kMaxResultBytes) + " bytes: expected a shorter text");
    }
    matches.push_back(std::move(match));
  });
  return matches;
}

std::string PythonRegex::Replace(std::string_view text, std::string_view replacement) const {
  std::string out;
  out.reserve(text.size());
  std::size_t kept = 0;
  impl_->ForEachMatch(text, [&](const auto& matcher) {
    out.append(text, kept, matcher.slot(0) - kept);
    out.append(replacement);
    kept = matcher.slot(1);
  });
  out.append(text, kept);
  return out;
}

}  // namespace meval
