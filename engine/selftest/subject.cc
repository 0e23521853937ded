#include "engine/selftest/subject.h"

#include <utility>

#include "kernels/attention.h"
#include "kernels/check.h"

namespace meval::selftest {

std::string Describe(const Schedule& schedule) {
  const auto amount = [](std::int64_t value, const char* unit) {
    return value == 0 ? std::string("as many ") + unit + " as the engine chooses"
                      : std::to_string(value) + " " + unit;
  };
  return std::string(schedule.share_prefixes ? "sharing on, " : "sharing off, ") +
         amount(schedule.batch_tokens, "rows a step") + ", " +
         amount(schedule.kv_pages, "KV pages") + ", " + std::to_string(schedule.num_threads) +
         (schedule.num_threads == 1 ? " thread" : " threads");
}

std::int64_t KvPageBytes(const ModelConfig& config, DType dtype) {
  return config.KvBytesPerToken(SizeOf(dtype)) * kKvPageTokens;
}

EngineSubject::EngineSubject(EngineFactory factory, EngineOptions options, std::int64_t page_bytes,
                             Device device)
    : factory_(std::move(factory)),
      options_(std::move(options)),
      page_bytes_(page_bytes),
      device_(device) {}

Engine& EngineSubject::Under(const Schedule& schedule) {
  if (engine_ && schedule == current_) return *engine_;
  engine_.reset();  // the old one's memory goes before the new one's is taken
  std::unique_ptr<Context>& context = contexts_[schedule.num_threads];
  if (context == nullptr) {
    context = std::make_unique<Context>(
        ContextOptions{.device = device_, .num_threads = schedule.num_threads});
  }
  EngineOptions options = options_;
  options.share_prefixes = schedule.share_prefixes;
  if (schedule.batch_tokens > 0) options.batch_tokens = schedule.batch_tokens;
  if (schedule.kv_pages > 0) {
    MEVAL_CHECK(page_bytes_ > 0, "the first schedule leaves the KV pages to the engine");
    options.kv_memory_bytes = schedule.kv_pages * page_bytes_;
  }
  engine_.emplace(factory_(*context, options));
  current_ = schedule;
  page_bytes_ = KvPageBytes(engine_->config(), engine_->dtype());
  options_.announce = {};  // the memory table is news once
  return *engine_;
}

void EngineSubject::Score(const Schedule& schedule, std::span<const ScoreRequest> requests,
                          const Engine::ScoreDone& done, std::stop_token stop) {
  Under(schedule).Score(requests, done, std::move(stop));
}

void EngineSubject::Generate(const Schedule& schedule, std::span<const GenerationRequest> requests,
                             const Engine::GenerateDone& done, std::stop_token stop) {
  Under(schedule).Generate(requests, done, std::move(stop));
}

}  // namespace meval::selftest
