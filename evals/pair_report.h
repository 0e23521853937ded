#ifndef MEVAL_EVALS_PAIR_REPORT_H_
#define MEVAL_EVALS_PAIR_REPORT_H_

// What `mistral-eval score --metric` has computed, for people and for programs.

#include <iosfwd>
#include <span>

#include "evals/score_pairs.h"

namespace meval {

// A table with a row for each metric and system, and the signatures below. Fractions are shown as
// percent, as in a run's report.
void WriteConsole(const PairReport& report, std::ostream& out);
void WriteMarkdown(const PairReport& report, std::ostream& out);

// {"n", "level", "resamples", "seed", "paired_bootstrap", "paired_randomization", "systems": [],
// "metrics": [{"name", "unit", "higher_is_better", "signature", "systems": [{"system", "value",
// "standard_error", "ci_low", "ci_high", "method", "difference", "p_paired_bootstrap",
// "p_paired_randomization"}]}]}; the two tests are the numbers of their trials, or null; a number
// that there is none of, such as the baseline's difference, is null.
void WriteJson(const PairReport& report, std::ostream& out);
// The same numbers, a row for each metric and system.
void WriteCsv(const PairReport& report, std::ostream& out);

// One line for each pair: {"index", "id"?, "systems": [{"system", "source", "scores": {NAME:
// number}}]}. A score that has no meaning for one pair is left out.
void WritePerSample(const PairReport& report, std::span<const PairFile> files, std::ostream& out);

// The catalogue: names, what they give, parameters with their values.
void WriteCatalogue(std::ostream& out);
void WriteCatalogueJson(std::ostream& out);

}  // namespace meval

#endif  // MEVAL_EVALS_PAIR_REPORT_H_
