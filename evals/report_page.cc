#include "evals/report_page.h"

#include <cstddef>

#include "evals/task_figures.h"
#include "reports/html_records.h"

namespace meval {

PromptParts PartsOf(const EvalPlan& plan) {
  PromptParts parts;
  for (const std::size_t document : plan.selected) {
    const Prompt& prompt = plan.prompts[document];
    if (!prompt.description.empty()) {
      parts.descriptions[plan.data->documents[document].group] = prompt.description;
    }
    for (std::size_t i = 0; i < prompt.exemplars.size(); ++i) {
      parts.exemplars.try_emplace(prompt.exemplars[i], prompt.shots[i]);
    }
  }
  return parts;
}

HtmlTask MakeHtmlTask(const TaskResult& task, std::span<const SampleResult> samples,
                      const PromptParts& parts) {
  return {.figures = TaskFigures(task, samples),
          .records = RecordsJson(task, samples, parts),
          .num_records = static_cast<std::int64_t>(samples.size())};
}

void SetFlips(const Comparison& comparison, const RunReport& report, std::span<HtmlTask> pages) {
  for (std::size_t i = 0; i < report.tasks.size(); ++i) {
    for (const TaskComparison& task : comparison.tasks) {
      if (task.task == report.tasks[i].task) pages[i].flips = FlipsJson(task.pairs.front().flips);
    }
  }
}

}  // namespace meval
