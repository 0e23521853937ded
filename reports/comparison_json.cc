#include <ostream>
#include <utility>

#include "reports/comparison_report.h"
#include "reports/json/record_json.h"
#include "reports/json/strict_json.h"
#include "reports/result.h"

namespace meval {
namespace {

OrderedJson FlipJson(const Flip& flip) {
  return {{"id", flip.id},
          {"group", flip.group},
          {"question", flip.question},
          {"expected", flip.expected},
          {"baseline_answer", flip.baseline_answer},
          {"answer", flip.system_answer},
          {"baseline_completion", flip.baseline_completion},
          {"completion", flip.system_completion},
          {"baseline_score", flip.baseline_score},
          {"score", flip.system_score}};
}

OrderedJson CountsJson(const std::optional<OutcomeCounts>& counts) {
  if (!counts) return nullptr;
  return {{"both_right", counts->both_right},
          {"only_baseline", counts->only_baseline},
          {"only_run", counts->only_system},
          {"both_wrong", counts->both_wrong}};
}

OrderedJson SpeedJson(const std::optional<SpeedRatio>& speed) {
  if (!speed) return nullptr;
  return {{"ratio", speed->ratio},
          {"ci_low", OrNull(speed->ci_low)},
          {"ci_high", OrNull(speed->ci_high)},
          {"baseline_seconds", speed->baseline_seconds},
          {"seconds", speed->system_seconds},
          {"baseline_repetitions", speed->baseline_repetitions},
          {"repetitions", speed->system_repetitions}};
}

OrderedJson PairJson(const PairComparison& pair) {
  return {{"verdict", Name(pair.verdict)},
          {"difference", pair.difference},
          {"ci_low", OrNull(pair.ci_low)},
          {"ci_high", OrNull(pair.ci_high)},
          {"inner_low", OrNull(pair.inner_low)},
          {"inner_high", OrNull(pair.inner_high)},
          {"interval_method", pair.interval_method},
          {"test", pair.test},
          {"p_value", pair.p_value},
          {"adjusted_p", pair.adjusted_p},
          {"minimum_detectable", OrNull(pair.minimum_detectable)},
          {"margin", pair.margin},
          {"counts", CountsJson(pair.counts)},
          {"num_scores_changed", pair.num_scores_changed},
          {"num_answers_changed", OrNull(pair.num_answers_changed)},
          {"speed", SpeedJson(pair.speed)},
          {"flips", ToArray(pair.flips, FlipJson)}};
}

OrderedJson BestJson(const std::optional<BestRun>& best) {
  if (!best) return nullptr;
  return {{"run", best->run},
          {"runner_up", best->runner_up},
          {"difference", best->difference},
          {"p_value", best->p_value}};
}

OrderedJson IntervalJson(const std::optional<ScoreInterval>& interval) {
  OrderedJson pair = OrderedJson::array();
  if (interval) pair = {interval->low, interval->high};
  return pair;
}

OrderedJson TaskJson(const TaskComparison& task) {
  return {{"task", task.task},
          {"version", task.version},
          {"shots", task.shots},
          {"metric", task.metric},
          {"unit", task.unit},
          {"higher_is_better", task.higher_is_better},
          {"signature", task.signature},
          {"n", task.n},
          {"num_left_out", task.num_left_out},
          {"scores", OrderedJson(task.scores)},
          {"intervals", ToArray(task.intervals, IntervalJson)},
          {"pairs", ToArray(task.pairs, PairJson)},
          {"best", BestJson(task.best)},
          {"notes", OrderedJson(task.notes)}};
}

OrderedJson RunJson(const ComparedRun& run) {
  return {{"name", run.name},
          {"source", run.source},
          {"model", run.model},
          {"model_digest", run.model_digest},
          {"dtype", run.dtype},
          {"version", run.version},
          {"started_at", run.started_at},
          {"machine", run.machine},
          {"numbers", ToObject(run.numbers)}};
}

}  // namespace

void WriteComparisonJson(const Comparison& comparison, std::ostream& out) {
  OrderedJson json = {{"schema_version", kReportSchemaVersion},
                      {"alpha", comparison.alpha},
                      {"power", comparison.power},
                      {"against", comparison.against},
                      {"runs", ToArray(comparison.runs, RunJson)},
                      {"tasks", ToArray(comparison.tasks, TaskJson)},
                      {"notes", OrderedJson(comparison.notes)}};
  out << DumpStrict(std::move(json), "comparison.json", 2) << '\n';
}

}  // namespace meval
