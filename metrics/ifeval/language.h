#ifndef MEVAL_METRICS_IFEVAL_LANGUAGE_H_
#define MEVAL_METRICS_IFEVAL_LANGUAGE_H_

#include <optional>
#include <string>
#include <string_view>

namespace meval::ifeval {

// The ISO 639-1 code of the language that most of a text is in ("en", "pt", "zh-Hant"), by CLD2
// (Compact Language Detector 2, naive Bayes over letter quadgrams and words). Nothing where it
// cannot tell, as for a text without letters. The same text always gives the same answer.
std::optional<std::string> DetectLanguage(std::string_view text);

}  // namespace meval::ifeval

#endif  // MEVAL_METRICS_IFEVAL_LANGUAGE_H_
