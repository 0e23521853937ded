#include "evals/aggregate_groups.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "evals/task_figures.h"
#include "metrics/aggregate.h"
#include "metrics/signature.h"

namespace meval {
namespace {

const TaskResult* FindTask(std::span<const TaskResult> tasks, const std::string& name) {
  const auto found = std::find_if(tasks.begin(), tasks.end(),
                                  [&](const TaskResult& task) { return task.task == name; });
  return found == tasks.end() ? nullptr : &*found;
}

// A task's metric by name, or its headline for "".
const MetricValue* FindScore(std::span<const MetricValue> metrics, const std::string& name) {
  const auto found = std::find_if(metrics.begin(), metrics.end(), [&](const MetricValue& metric) {
    return name.empty() ? metric.is_headline : metric.name == name;
  });
  return found == metrics.end() ? nullptr : &*found;
}

const MetricValue* FindScore(const TaskResult& task, const TaskGroupMember& member) {
  if (member.subset.empty()) return FindScore(task.metrics, member.score);
  for (const SubsetResult& subset : task.subsets) {
    if (subset.name == member.subset) return FindScore(subset.metrics, member.score);
  }
  return nullptr;
}

// What brings a metric's unit to 1.
double Scale(const MetricValue& metric) { return metric.unit == "percent" ? 0.01 : 1; }

// A mean with its 95 % interval; both are fractions.
MetricValue Mean(const std::string& name, double value, std::optional<double> standard_error,
                 const std::string& method, std::int64_t n, std::size_t num_tasks) {
  MetricValue metric;
  metric.name = name;
  metric.value = value;
  metric.n = n;
  metric.is_headline = name == "macro";
  Signature signature;
  signature.Add("pool", name == "macro" ? "tasks" : "documents");
  signature.Add("tasks", std::to_string(num_tasks));
  metric.signature = signature.Text();
  if (!standard_error) return metric;
  metric.standard_error = standard_error;
  metric.standard_error_method = method;
  const Interval interval = NormalInterval(value, *standard_error);
  metric.ci_low = std::max(0.0, interval.low);
  metric.ci_high = std::min(1.0, interval.high);
  metric.ci_method = "normal";
  return metric;
}

std::vector<MetricValue> Means(std::span<const MetricValue* const> scores) {
  std::vector<GroupMember> members;
  std::int64_t n = 0;
  double squares = 0;
  bool has_errors = true;
  for (const MetricValue* score : scores) {
    const double error = Scale(*score) * score->standard_error.value_or(0);
    members.push_back({Scale(*score) * score->value, error, score->n});
    n += score->n;
    squares += error * error;
    has_errors = has_errors && score->standard_error;
  }
  std::optional<double> independent;
  std::optional<double> pooled;
  if (has_errors) {
    independent = std::sqrt(squares) / static_cast<double>(members.size());
    pooled = PooledGroupStderr(members);
  }
  return {
      Mean("macro", UnweightedGroupMean(members), independent, "independent", n, members.size()),
      Mean("micro", WeightedGroupMean(members), pooled, "pooled", n, members.size())};
}

// Why a task's score here does not compare with a published one; "" where it does.
std::string Remark(const TaskResult& task, const PublishedTable& table, const PublishedRow& row) {
  const bool compares = std::any_of(
      task.published.begin(), task.published.end(), [&](const PublishedComparison& published) {
        return published.model == table.model && published.source == table.source;
      });
  if (compares) return "";
  if (task.is_demonstration) return "here the shipped sample records";
  if (task.num_documents < task.num_documents_total) {
    return fmt::format("here {} of {} documents", task.num_documents, task.num_documents_total);
  }
  if (task.shots != row.shots) return fmt::format("here {}-shot", task.shots);
  return "here another number of records or samples";
}

PublishedTableRow FillRow(const PublishedTable& table, const PublishedRow& row,
                          std::span<const TaskResult> tasks) {
  PublishedTableRow filled = {.label = row.label,
                              .task = row.task,
                              .metric = row.score,
                              .value = {},
                              .standard_error = {},
                              .n = 0,
                              .published = row.value,
                              .variant = row.variant,
                              .note = ""};
  if (row.task.empty()) {
    filled.note = "no task here";
    return filled;
  }
  const TaskResult* task = FindTask(tasks, row.task);
  if (task == nullptr) {
    filled.note = "not run";
    return filled;
  }
  // With another number of samples a vote has another name.
  const MetricValue* score = FindScore(task->metrics, row.score);
  if (score == nullptr) score = FindScore(task->metrics, "");
  if (score == nullptr || !IsShare(*score)) {
    filled.note = "no score";
    return filled;
  }
  filled.metric = score->name;
  filled.value = 100 * Scale(*score) * score->value;
  if (score->standard_error) filled.standard_error = 100 * Scale(*score) * *score->standard_error;
  filled.n = score->n;
  filled.note = Remark(*task, table, row);
  return filled;
}

GroupResult AggregateGroup(const TaskGroup& group, std::span<const TaskResult> tasks) {
  GroupResult result;
  result.group = group.name;
  result.title = group.title;
  std::vector<const MetricValue*> scores;
  for (const TaskGroupMember& member : group.members) {
    const TaskResult* task = FindTask(tasks, member.name);
    const MetricValue* score = task == nullptr ? nullptr : FindScore(*task, member);
    std::string name = member.name;
    if (score != nullptr) name += " " + score->name;
    if (!member.subset.empty()) name += ", " + member.subset;
    result.members.push_back(std::move(name));
    if (score != nullptr && IsShare(*score)) scores.push_back(score);
  }
  if (group.has_mean && scores.size() == group.members.size()) result.metrics = Means(scores);
  if (group.published) {
    result.published = {
        group.published->title, group.published->model, group.published->source, {}};
    for (const PublishedRow& row : group.published->rows) {
      result.published->rows.push_back(FillRow(*group.published, row, tasks));
    }
  }
  return result;
}

}  // namespace

std::vector<GroupResult> AggregateGroups(std::span<const TaskGroup> groups,
                                         std::span<const TaskResult> tasks) {
  std::vector<GroupResult> results;
  for (const TaskGroup& group : groups) results.push_back(AggregateGroup(group, tasks));
  return results;
}

}  // namespace meval
