#ifndef MEVAL_EVALS_TASK_FIGURES_H_
#define MEVAL_EVALS_TASK_FIGURES_H_

// The charts of report.html, made from a report and its samples.

#include <span>
#include <vector>

#include "reports/figure.h"
#include "reports/result.h"

namespace meval {

// Whether a value is a part of a whole, as a fraction or in percent.
bool IsShare(const MetricValue& metric);

// "scores": the main score of every task whose unit is a share, with its interval, beside what
// others published. None where no task has such a score.
std::vector<Figure> RunFigures(const RunReport& run);

// Of one task, only those that its samples can fill:
//   "categories", "groups"   the main score of each subset, with intervals
//   "calibration"            multiple choice: accuracy of the likeliest choice by its probability
//   "choices"                multiple choice: how often each place is right and is chosen
//   "confusion"              a task with the score "macro_f1": right labels by given ones
//   "lengths"                generation: tokens of completions, by why they stopped
//   "stops"                  generation: why completions stopped
//   "bits"                   rolling: bits per byte of each text
std::vector<Figure> TaskFigures(const TaskResult& task, std::span<const SampleResult> samples);

}  // namespace meval

#endif  // MEVAL_EVALS_TASK_FIGURES_H_
