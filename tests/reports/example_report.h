#ifndef MEVAL_TESTS_REPORTS_EXAMPLE_REPORT_H_
#define MEVAL_TESTS_REPORTS_EXAMPLE_REPORT_H_

// Hand-made records that together set every field of reports/result.h. The numbers are invented.

#include <vector>

#include "reports/result.h"

namespace meval::testing {

// mmlu with groups, categories, micro and macro means and a published score; gsm8k_cot_maj8 with
// maj@k and pass@k; samsum with fractions, percents and lengths. Demonstration model and data.
RunReport ExampleReport();
// One task of a real model on real data, nothing to remark: the smallest report there is.
RunReport PlainReport();
// A multiple-choice record, an ordinary completion, and one with everything that can go wrong.
std::vector<SampleResult> ExampleSamples();

}  // namespace meval::testing

#endif  // MEVAL_TESTS_REPORTS_EXAMPLE_REPORT_H_
