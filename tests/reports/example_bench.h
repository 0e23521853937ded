#ifndef MEVAL_TESTS_REPORTS_EXAMPLE_BENCH_H_
#define MEVAL_TESTS_REPORTS_EXAMPLE_BENCH_H_

#include "reports/bench_record.h"

namespace meval::testing {

// Every kind of test, every optional number there.
BenchReport ExampleBench();
// Every kind of test, no optional number there: a machine that says nothing, one measurement, no
// limits.
BenchReport BareBench();

}  // namespace meval::testing

#endif  // MEVAL_TESTS_REPORTS_EXAMPLE_BENCH_H_
