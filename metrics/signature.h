#ifndef MEVAL_METRICS_SIGNATURE_H_
#define MEVAL_METRICS_SIGNATURE_H_

// What must be equal for two scores of one name to be compared, in sacrebleu's manner (Post 2018,
// "A Call for Clarity in Reporting BLEU Scores"):
//
//   Signature().Add("nrefs", "1").Add("stem", "porter").Text()
//       gives  nrefs:1|stem:porter|version:mistral-eval-1

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

// The last field of every signature: changes with any change of a score.
inline constexpr std::string_view kMetricVersion = "mistral-eval-1";

class Signature {
 public:
  // A value may be any text. A bar, a percent sign or a control character in it is written as
  // "%7C", so that fields stay apart and a signature stays on one line.
  Signature& Add(std::string_view key, std::string_view value);
  std::string Text() const;

 private:
  std::string text_;
};

// The field nrefs: how many references each document has, "var" where the numbers differ, "0"
// without documents.
std::string ReferenceCount(std::span<const std::size_t> counts);

}  // namespace meval

#endif  // MEVAL_METRICS_SIGNATURE_H_
