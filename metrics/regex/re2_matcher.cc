#include "metrics/regex/re2_matcher.h"

#include <algorithm>
#include <utility>

#include <re2/re2.h>

#include "metrics/regex/matcher.h"
#include "metrics/text/utf8.h"

namespace meval::regex {
namespace {

std::unique_ptr<const re2::RE2> Compiled(const std::string& pattern) {
  re2::RE2::Options options;  // its memory is RE2's default of 8 MiB
  options.set_log_errors(false);
  return std::make_unique<re2::RE2>(pattern, options);
}

}  // namespace

Re2Pattern::Re2Pattern(Re2Translation translation)
    : translation_(std::move(translation)), re2_(Compiled(translation_.pattern)) {}
Re2Pattern::~Re2Pattern() = default;

std::unique_ptr<const Re2Pattern> Re2Pattern::Make(const SyntaxTree& tree) {
  auto translation = TranslateToRe2(tree);
  if (!translation) {
    return nullptr;
  }
  std::unique_ptr<const Re2Pattern> made(new Re2Pattern(std::move(*translation)));
  return made->re2_->ok() ? std::move(made) : nullptr;
}

Re2Matcher::Re2Matcher(const Re2Pattern& pattern, std::string_view text)
    : pattern_(pattern),
      text_(text.data() == nullptr ? std::string_view("") : text),
      pieces_(static_cast<std::size_t>(pattern.re2_->NumberOfCapturingGroups()) + 1),
      slots_(2 * (pattern.translation_.groups.size() + 1), kUnset) {}
Re2Matcher::~Re2Matcher() = default;

bool Re2Matcher::Search(std::size_t start, bool must_advance) {
  if (must_advance) {
    // An empty match here means that there is no longer one (PrefersLonger, re2_translation.cc).
    if (start == text_.size()) {
      return false;
    }
    text::DecodeForward(text_, start);
  }
  if (!pattern_.re2_->Match(text_, start, text_.size(), re2::RE2::UNANCHORED, pieces_.data(),
                            static_cast<int>(pieces_.size()))) {
    return false;
  }
  const auto offset = [&](const char* place) {
    return static_cast<std::size_t>(place - text_.data());
  };
  std::size_t end = offset(pieces_[0].data()) + pieces_[0].size();
  for (const int group : pattern_.translation_.ends) {
    const re2::StringPiece& piece = pieces_[static_cast<std::size_t>(group)];
    end = piece.data() == nullptr ? end : offset(piece.data());
  }
  for (std::size_t g = 0; g < slots_.size() / 2; ++g) {
    const int group = g == 0 ? 0 : pattern_.translation_.groups[g - 1];
    const re2::StringPiece& piece = pieces_[static_cast<std::size_t>(group)];
    const bool is_set = piece.data() != nullptr;
    slots_[2 * g] = is_set ? offset(piece.data()) : kUnset;
    slots_[2 * g + 1] = is_set ? std::min(offset(piece.data()) + piece.size(), end) : kUnset;
  }
  return true;
}

}  // namespace meval::regex
