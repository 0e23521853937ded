#ifndef MEVAL_TESTS_METRICS_GOLDEN_FAMILY_H_
#define MEVAL_TESTS_METRICS_GOLDEN_FAMILY_H_

// What the golden program (golden_files_test.cc) knows: which file name holds rows of which family,
// and how one row is checked. A family registers itself where its check stands:
//
//   void CheckPair(const GoldenRow& row) { MEVAL_EXPECT_CLOSE(Score(row.Text("/input/hyp")), ...);
//   } const RegisterFamilies kFamilies({{"chrf", CheckPair}});

#include <functional>
#include <initializer_list>
#include <map>
#include <string>

#include "tests/metrics/golden.h"

namespace meval::testing {

struct GoldenFamily {
  std::string name;                                 // of the file, without .jsonl
  std::function<void(const GoldenRow& row)> check;  // records GoogleTest failures
};

// All families, by name.
std::map<std::string, GoldenFamily>& Families();

// Adds families to the above; std::logic_error for a name that is there already.
class RegisterFamilies {
 public:
  explicit RegisterFamilies(std::initializer_list<GoldenFamily> families);
};

}  // namespace meval::testing

#endif  // MEVAL_TESTS_METRICS_GOLDEN_FAMILY_H_
