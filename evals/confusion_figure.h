#ifndef MEVAL_EVALS_CONFUSION_FIGURE_H_
#define MEVAL_EVALS_CONFUSION_FIGURE_H_

#include <optional>
#include <span>

#include "reports/figure.h"
#include "reports/result.h"

namespace meval {

// "confusion": how many documents of each right label were given each label, as a table with a row
// for each right one. Of a task with the score "macro_f1", whose labels are its choices, or the
// references and the answers read from first completions. Absent for other tasks, and where no
// document has been scored.
std::optional<Figure> ConfusionFigure(const TaskResult& task,
                                      std::span<const SampleResult> samples);

}  // namespace meval

#endif  // MEVAL_EVALS_CONFUSION_FIGURE_H_
