#ifndef MEVAL_METRICS_TEXT_SUBSTITUTION_H_
#define MEVAL_METRICS_TEXT_SUBSTITUTION_H_

// Lists of replacements, as the normalizations of mathematical answers are written down.

#include <span>
#include <string>
#include <string_view>

#include "metrics/unicode_text.h"

namespace meval::text {

struct Substitution {
  std::string_view from;
  std::string_view to;
};

// Applies them one after the other, each everywhere: a later one sees what an earlier one made.
inline std::string ReplaceInTurn(std::string text, std::span<const Substitution> substitutions) {
  for (const auto& [from, to] : substitutions) {
    text = ReplaceAll(text, from, to);
  }
  return text;
}

}  // namespace meval::text

#endif  // MEVAL_METRICS_TEXT_SUBSTITUTION_H_
