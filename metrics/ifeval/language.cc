#include "metrics/ifeval/language.h"

#include <cld2/public/compact_lang_det.h>

#include <algorithm>
#include <limits>

namespace meval::ifeval {

std::optional<std::string> DetectLanguage(std::string_view text) {
  // CLD2 counts in int; the beginning of a longer text is in the language of the whole.
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<int>::max() / 2);
  const int length = static_cast<int>(std::min(text.size(), kMost));
  CLD2::Language languages[3];
  int percents[3];
  int text_bytes = 0;
  bool is_reliable = false;
  CLD2::ExtDetectLanguageSummary(text.data(), length, /*is_plain_text=*/true, languages, percents,
                                 &text_bytes, &is_reliable);
  if (languages[0] == CLD2::UNKNOWN_LANGUAGE) return std::nullopt;
  return CLD2::LanguageCode(languages[0]);
}

}  // namespace meval::ifeval
