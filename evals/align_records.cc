#include "evals/align_records.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "evals/flags.h"

namespace meval {
namespace {

using Records = std::vector<const RecordOutcome*>;

bool KnowsDigests(const TaskOutcomes& task) {
  return std::none_of(task.records.begin(), task.records.end(),
                      [](const RecordOutcome& record) { return record.digest.empty(); });
}

// What a record is recognised by: its key and which of the records with that key it is.
using Key = std::pair<std::string, std::size_t>;

std::map<Key, const RecordOutcome*> ByKey(const TaskOutcomes& task, bool by_digest) {
  std::map<std::string, std::size_t> occurrences;
  std::map<Key, const RecordOutcome*> by_key;
  for (const RecordOutcome& record : task.records) {
    const std::string& key = by_digest ? record.digest : record.prompt_digest;
    by_key[{key, occurrences[key]++}] = &record;
  }
  return by_key;
}

// Two runs with the words of a refusal.
class Pair {
 public:
  Pair(const RunOutcomes& baseline, const RunOutcomes& run, const std::string& task)
      : baseline_(baseline), run_(run), task_(task) {}

  void RequireSamePrompt(const RecordOutcome& a, const RecordOutcome& b) const {
    if (a.prompt_digest == b.prompt_digest) return;
    throw UsageError(fmt::format(
        "compare: task \"{}\": the prompts of {} and {} differ: record {} has the prompt digest {} "
        "({} shots) in the one and {} ({} shots) in the other. Compare runs of the same shots, "
        "seed, system instruction and task version",
        task_, baseline_.name, run_.name, a.id, a.prompt_digest, baseline_.Find(task_)->shots,
        b.prompt_digest, run_.Find(task_)->shots));
  }

  void RequireSameRecords(std::int64_t num_only_baseline, std::int64_t num_only_run,
                          const RecordOutcome* example) const {
    if (num_only_baseline + num_only_run == 0) return;
    throw UsageError(fmt::format(
        "compare: task \"{}\": {} and {} hold other records: {} only in the one, {} only in the "
        "other, for example {} with the digest {}. Compare runs of the same data and subset, or "
        "the records that both have with --common",
        task_, baseline_.name, run_.name, num_only_baseline, num_only_run, example->id,
        example->digest.empty() ? example->prompt_digest : example->digest));
  }

  void RequireSameData() const {
    const std::string& a = baseline_.Find(task_)->data_digest;
    const std::string& b = run_.Find(task_)->data_digest;
    if (a == b || a.empty() || b.empty()) return;
    throw UsageError(fmt::format(
        "compare: task \"{}\": {} and {} read other data files, with the digests {} and {}. Their "
        "records and prompts are the same one by one; --common compares them",
        task_, baseline_.name, run_.name, a, b));
  }

 private:
  const RunOutcomes& baseline_;
  const RunOutcomes& run_;
  const std::string& task_;
};

const TaskOutcomes& RequireTask(const RunOutcomes& run, const std::string& task) {
  if (const TaskOutcomes* found = run.Find(task)) return *found;
  throw UsageError(
      fmt::format("compare: {} has no task \"{}\". --task names those to compare", run.name, task));
}

}  // namespace

AlignedTask AlignRecords(std::span<const RunOutcomes> runs, const std::string& task, bool common) {
  AlignedTask aligned;
  bool by_digest = true;
  for (const RunOutcomes& run : runs) {
    aligned.tasks.push_back(&RequireTask(run, task));
    by_digest = by_digest && KnowsDigests(*aligned.tasks.back());
  }
  std::vector<std::map<Key, const RecordOutcome*>> by_key;
  for (const TaskOutcomes* outcomes : aligned.tasks) by_key.push_back(ByKey(*outcomes, by_digest));

  aligned.records.resize(runs.size());
  std::vector<std::int64_t> num_missing(runs.size());
  std::vector<const RecordOutcome*> example(runs.size());
  std::map<std::string, std::size_t> occurrences;
  for (const RecordOutcome& record : aligned.tasks.front()->records) {
    const std::string& digest = by_digest ? record.digest : record.prompt_digest;
    const Key key = {digest, occurrences[digest]++};
    Records row;
    for (std::size_t run = 0; run < runs.size(); ++run) {
      const auto found = by_key[run].find(key);
      if (found == by_key[run].end()) {
        ++num_missing[run];
        example[run] = &record;
        continue;
      }
      Pair(runs.front(), runs[run], task).RequireSamePrompt(record, *found->second);
      row.push_back(found->second);
    }
    if (row.size() < runs.size()) continue;
    for (std::size_t run = 0; run < runs.size(); ++run) aligned.records[run].push_back(row[run]);
  }
  for (std::size_t run = 1; run < runs.size(); ++run) {
    const std::int64_t num_more = static_cast<std::int64_t>(by_key[run].size()) -
                                  static_cast<std::int64_t>(by_key.front().size()) +
                                  num_missing[run];
    for (const auto& [key, record] : by_key[run]) {
      if (example[run] == nullptr && !by_key.front().contains(key)) example[run] = record;
    }
    const Pair pair(runs.front(), runs[run], task);
    if (!common) pair.RequireSameRecords(num_missing[run], num_more, example[run]);
    if (!common) pair.RequireSameData();
    aligned.num_left_out = std::max(
        aligned.num_left_out,
        num_more + static_cast<std::int64_t>(by_key.front().size() - aligned.records[run].size()));
  }
  if (aligned.records.front().empty()) {
    throw UsageError("compare: task \"" + task + "\": no record is in every run");
  }
  return aligned;
}

}  // namespace meval
