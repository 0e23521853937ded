#ifndef MEVAL_ENGINE_SELFTEST_SUBJECT_H_
#define MEVAL_ENGINE_SELFTEST_SUBJECT_H_

// What the proof of the engine runs: an engine that can be asked for under any schedule. A test
// puts something broken in its place and sees the proof fail.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "engine/engine.h"
#include "kernels/context.h"

namespace meval::selftest {

// One way to run an engine. No field of it may change a result.
struct Schedule {
  bool share_prefixes = true;
  std::int64_t batch_tokens = 0;  // 0: the engine chooses
  std::int64_t kv_pages = 0;      // 0: the engine chooses
  int num_threads = 1;

  bool operator==(const Schedule&) const = default;
};
// "sharing on, 64 rows a step, 3 KV pages, 2 threads".
std::string Describe(const Schedule& schedule);

class Subject {
 public:
  Subject() = default;
  virtual ~Subject() = default;
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  // As Engine::Score and Engine::Generate, under a schedule.
  virtual void Score(const Schedule& schedule, std::span<const ScoreRequest> requests,
                     const Engine::ScoreDone& done, std::stop_token stop) = 0;
  virtual void Generate(const Schedule& schedule, std::span<const GenerationRequest> requests,
                        const Engine::GenerateDone& done, std::stop_token stop) = 0;
};

// Makes an engine; the options hold the schedule, the context its threads.
using EngineFactory = std::function<Engine(Context&, const EngineOptions&)>;

// The engine itself. It is loaded anew for each schedule and one is held at a time, so a proof
// takes no more memory than a run.
class EngineSubject : public Subject {
 public:
  // options: what a schedule leaves to the engine. page_bytes: of a KV page; 0 where it is known
  // only after loading, and the first schedule then leaves the number of pages open.
  EngineSubject(EngineFactory factory, EngineOptions options, std::int64_t page_bytes = 0,
                Device device = Device::kCpu);

  // The engine under a schedule, loaded if the one at hand is another.
  Engine& Under(const Schedule& schedule);

  void Score(const Schedule& schedule, std::span<const ScoreRequest> requests,
             const Engine::ScoreDone& done, std::stop_token stop) override;
  void Generate(const Schedule& schedule, std::span<const GenerationRequest> requests,
                const Engine::GenerateDone& done, std::stop_token stop) override;

 private:
  EngineFactory factory_;
  EngineOptions options_;
  std::int64_t page_bytes_;
  Device device_;
  std::map<int, std::unique_ptr<Context>> contexts_;
  Schedule current_;
  std::optional<Engine> engine_;
};

// Bytes of a KV page of all layers.
std::int64_t KvPageBytes(const ModelConfig& config, DType dtype);

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_SUBJECT_H_
