#include "evals/code_runner.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "metrics/parallel.h"
#include "tasks/answer_filter.h"
#include "tasks/error.h"

namespace meval {
namespace {

// A program and the completions that are part of it.
struct Job {
  std::string program;
  std::vector<CompletionResult*> completions;
  ProgramOutcome result;
  bool is_done = false;
};

void SetVerdict(const std::string& verdict, const std::string& detail,
                CompletionResult& completion) {
  completion.verdict = verdict;
  completion.verdict_detail = detail;
}

// Each different program once, in the order of the samples.
std::vector<Job> CollectJobs(const ExecutionDefinition& execution,
                             std::span<SampleResult> samples) {
  const AnswerFilter filter(execution.filters);
  std::vector<Job> jobs;
  std::map<std::string, std::size_t> places;
  for (SampleResult& sample : samples) {
    if (!sample.scored) continue;
    if (!sample.program) {
      throw DataError(sample.source + ": document " + sample.id +
                      ": expected the program that its completions are part of, found none");
    }
    for (CompletionResult& completion : sample.completions) {
      SetVerdict("", "", completion);
      const ExtractedAnswer code = filter.Apply(completion.text);
      if (!code.is_valid || code.text.empty()) {
        SetVerdict(kNotExtracted, "", completion);
        continue;
      }
      const std::string program = sample.program->before + code.text + sample.program->after;
      const auto [place, is_new] = places.try_emplace(program, jobs.size());
      if (is_new) jobs.push_back({.program = program, .completions = {}, .result = {}});
      jobs[place->second].completions.push_back(&completion);
    }
  }
  return jobs;
}

}  // namespace

CodeRunner::CodeRunner(const CodeOptions& options, int num_threads)
    : options_(options), num_threads_(num_threads) {}

SandboxLimits CodeRunner::LimitsOf(const TaskDefinition& task) const {
  const ExecutionDefinition& execution = *task.execution;
  return {.wall_seconds = options_.timeout_seconds.value_or(execution.timeout_seconds),
          .memory_bytes = execution.memory_mib << 20,
          .processes = execution.processes,
          .file_bytes = execution.files_mib << 20,
          .output_bytes = execution.output_kib << 10};
}

bool CodeRunner::Run(const TaskDefinition& task, std::span<SampleResult> samples,
                     const std::stop_token& stop) const {
  std::vector<Job> jobs = CollectJobs(*task.execution, samples);
  const SandboxLimits limits = LimitsOf(task);
  ParallelFor(num_threads_, jobs.size(), [&](std::size_t i) {
    if (stop.stop_requested()) return;
    jobs[i].result = sandbox_.Run(jobs[i].program, limits);
    jobs[i].is_done = true;
  });
  bool is_complete = true;
  for (const Job& job : jobs) {
    is_complete = is_complete && job.is_done;
    if (!job.is_done) continue;
    for (CompletionResult* completion : job.completions) {
      SetVerdict(Name(job.result.verdict), job.result.detail, *completion);
    }
  }
  return is_complete;
}

std::string CodeRunner::Describe(const TaskDefinition& task) const {
  const SandboxLimits limits = LimitsOf(task);
  return fmt::format("{}; {} s, {} MiB, {} processes", sandbox_.description(), limits.wall_seconds,
                     limits.memory_bytes >> 20, limits.processes);
}

std::map<std::string, std::int64_t> CountVerdicts(std::span<const SampleResult> samples) {
  std::map<std::string, std::int64_t> counts;
  for (const SampleResult& sample : samples) {
    for (const CompletionResult& completion : sample.completions) {
      if (sample.scored && !completion.verdict.empty()) ++counts[completion.verdict];
    }
  }
  return counts;
}

bool HasVerdicts(std::span<const SampleResult> samples) {
  return std::all_of(samples.begin(), samples.end(), [](const SampleResult& sample) {
    return !sample.scored || std::none_of(sample.completions.begin(), sample.completions.end(),
                                          [](const CompletionResult& completion) {
                                            return completion.verdict.empty();
                                          });
  });
}

}  // namespace meval
