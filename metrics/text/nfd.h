#ifndef MEVAL_METRICS_TEXT_NFD_H_
#define MEVAL_METRICS_TEXT_NFD_H_

#include <string>
#include <string_view>

namespace meval::text {

// Normalization form D (Unicode Standard Annex 15): canonical decompositions, then each run of
// combining marks in the order of their classes. unicodedata.normalize("NFD", text). Time is
// O(n log n) also for long runs of marks. Precondition: valid UTF-8.
std::string ToNfd(std::string_view text);

}  // namespace meval::text

#endif  // MEVAL_METRICS_TEXT_NFD_H_
