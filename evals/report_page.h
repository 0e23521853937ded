#ifndef MEVAL_EVALS_REPORT_PAGE_H_
#define MEVAL_EVALS_REPORT_PAGE_H_

// What report.html shows of a task, made where its samples and prompts are at hand.

#include <span>

#include "evals/eval_plan.h"
#include "reports/comparison.h"
#include "reports/html_report.h"
#include "reports/prompt_parts.h"
#include "reports/result.h"

namespace meval {

// The descriptions and exemplars of the prompts that are asked, each once.
PromptParts PartsOf(const EvalPlan& plan);

// Its charts and its records as JSON; the samples themselves need not be kept.
HtmlTask MakeHtmlTask(const TaskResult& task, std::span<const SampleResult> samples,
                      const PromptParts& parts);

// Marks the records that flipped since a baseline, which the comparison's first pairs are with.
// `pages` are those of report.tasks, in their order.
void SetFlips(const Comparison& comparison, const RunReport& report, std::span<HtmlTask> pages);

}  // namespace meval

#endif  // MEVAL_EVALS_REPORT_PAGE_H_
