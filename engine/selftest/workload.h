#ifndef MEVAL_ENGINE_SELFTEST_WORKLOAD_H_
#define MEVAL_ENGINE_SELFTEST_WORKLOAD_H_

// Requests of one kind and what came back for them, in a form that is compared bit for bit.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/selftest/subject.h"

namespace meval::selftest {

// [request][sample]: every bit of a score or a generation as text, "" where none was reported.
// Scores have one sample.
using Answers = std::vector<std::vector<std::string>>;

class Workload {
 public:
  Workload() = default;
  virtual ~Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;

  virtual const char* kind() const = 0;  // "score", "generate"
  virtual std::size_t size() const = 0;
  // For messages: "request 3 (70 tokens of context, 2 of continuation)".
  virtual std::string Describe(std::size_t request) const = 0;
  // Rows a request needs alone: its tokens but the last, or its prompt and all it may generate.
  virtual std::int64_t rows(std::size_t request) const = 0;
  virtual std::int64_t num_samples(std::size_t request) const = 0;
  // KV pages a request needs alone: those of its rows; of a generation, those of its prompt and of
  // one sample beside it, which has a copy of the page the prompt ends in.
  virtual std::int64_t pages(std::size_t request) const = 0;
  std::int64_t PagesOfLargest() const;

  // Runs requests `picks`, in that order, in one call, and returns their answers at their own
  // places; the others' are empty. After `stop_after` answers the call is asked to stop; 0: never.
  // Throws std::runtime_error if an answer comes twice, belongs to no request or makes no sense.
  Answers Run(Subject& subject, const Schedule& schedule, std::span<const std::size_t> picks,
              std::int64_t stop_after = 0);

 protected:
  using Report = std::function<void(std::size_t pick, std::int64_t sample, std::string answer)>;
  virtual void Call(Subject& subject, const Schedule& schedule, std::span<const std::size_t> picks,
                    const Report& report, std::stop_token stop) = 0;
};

class ScoreWorkload : public Workload {
 public:
  explicit ScoreWorkload(std::vector<ScoreRequest> requests) : requests_(std::move(requests)) {}
  const char* kind() const override { return "score"; }
  std::size_t size() const override { return requests_.size(); }
  std::string Describe(std::size_t request) const override;
  std::int64_t rows(std::size_t request) const override;
  std::int64_t num_samples(std::size_t request) const override;
  std::int64_t pages(std::size_t request) const override;

 protected:
  void Call(Subject& subject, const Schedule& schedule, std::span<const std::size_t> picks,
            const Report& report, std::stop_token stop) override;

 private:
  std::vector<ScoreRequest> requests_;
};

class GenerateWorkload : public Workload {
 public:
  explicit GenerateWorkload(std::vector<GenerationRequest> requests)
      : requests_(std::move(requests)) {}
  const char* kind() const override { return "generate"; }
  std::size_t size() const override { return requests_.size(); }
  std::string Describe(std::size_t request) const override;
  std::int64_t rows(std::size_t request) const override;
  std::int64_t num_samples(std::size_t request) const override;
  std::int64_t pages(std::size_t request) const override;
  const std::vector<GenerationRequest>& requests() const { return requests_; }

 protected:
  void Call(Subject& subject, const Schedule& schedule, std::span<const std::size_t> picks,
            const Report& report, std::stop_token stop) override;

 private:
  std::vector<GenerationRequest> requests_;
};

// Empty where the answers of `picks` are those expected, none missing; else the first that is not.
std::string Difference(const Workload& workload, const Answers& found, const Answers& expected,
                       std::span<const std::size_t> picks);

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_WORKLOAD_H_
