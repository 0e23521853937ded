#include "engine/memory_plan.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>

#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "kernels/check.h"

namespace meval {
namespace {

// Where memory is plentiful, every row of a step gets room for a sequence of this many positions:
// more than the prompt and answer of the benchmarks take.
constexpr std::int64_t kPlentifulPositions = 2048;

std::string Bytes(std::int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  std::array<char, 32> text{};
  if (bytes >= std::int64_t{1} << 30) {
    std::snprintf(text.data(), text.size(), "%.2f GiB", value / 1073741824.0);
  } else {
    std::snprintf(text.data(), text.size(), "%.2f MiB", value / 1048576.0);
  }
  return text.data();
}

// The number that follows `key` in a file of words ("" : the first word), or nothing.
std::optional<std::int64_t> NumberAfter(const std::filesystem::path& path, const std::string& key) {
  std::ifstream file(path);
  std::string word;
  while (key.empty() || file >> word) {
    std::int64_t number = 0;
    if (word == key) return file >> number ? std::optional(number) : std::nullopt;
  }
  return std::nullopt;
}

// What keys and values may take of a device's memory where `rest` is left. The driver rounds
// allocations up, and plans of attention take a little beside them.
std::int64_t MostOfDevice(std::int64_t rest) {
  constexpr std::int64_t kReserve = std::int64_t{256} << 20;
  return rest / 100 * 97 - std::min(kReserve, rest / 8);
}

// What weights and workspace leave to keys and values; below 0 where those two do not fit.
std::int64_t RestOf(const MemoryPlan& plan) {
  return plan.available_bytes - plan.weight_bytes - plan.workspace_bytes;
}

// The pages of a plan that has everything else.
std::int64_t ChoosePages(const MemoryPlan& plan, const EngineOptions& options,
                         const DeviceTraits& traits) {
  if (options.kv_memory_bytes > 0) return options.kv_memory_bytes / plan.page_bytes;
  const std::int64_t rest = RestOf(plan);
  const std::int64_t one_sequence = NumKvPages(plan.max_length);
  const std::int64_t usual =
      (traits.device == Device::kCpu ? rest / 2 : MostOfDevice(rest)) / plan.page_bytes;
  const std::int64_t most = rest / 10 * 9 / plan.page_bytes;
  const std::int64_t plenty = std::max(
      one_sequence, plan.batch_tokens * NumKvPages(std::min(plan.max_length, kPlentifulPositions)));
  return std::min(std::max(usual, std::min(one_sequence, most)), plenty);
}

// A plan has already halved the rows of a step as far as it may: fewer of them are advice only
// where they were asked for.
std::string DoesNotFit(const MemoryPlan& plan, const EngineOptions& options,
                       const DeviceTraits& traits) {
  const bool on_cpu = traits.device == Device::kCpu;
  std::string advice;
  if (plan.dtype == DType::kF32) advice += "Use bf16 weights. ";
  if (options.batch_tokens > 1) advice += "Give fewer batch tokens. ";
  advice += on_cpu ? "Use a machine with more memory."
                   : "End other programs on the device (nvidia-smi lists them), use a device with "
                     "more memory, or the cpu.";
  return std::string("the model does not fit ") +
         (on_cpu ? "this machine's memory" : "the device's memory") + ":\n" + plan.Table() + advice;
}

}  // namespace

std::int64_t AvailableMemoryBytes(const std::filesystem::path& root) {
  std::int64_t available = sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
  if (const auto kib = NumberAfter(root / "proc/meminfo", "MemAvailable:")) available = *kib * 1024;

  const std::filesystem::path group = root / "sys/fs/cgroup";
  if (const auto limit = NumberAfter(group / "memory.max", "")) {
    std::int64_t used = NumberAfter(group / "memory.current", "").value_or(0);
    for (const char* cached : {"inactive_file", "active_file"}) {
      used -= NumberAfter(group / "memory.stat", cached).value_or(0);
    }
    available = std::min(available, *limit - std::max<std::int64_t>(0, used));
  }
  return available;
}

std::int64_t AvailableBytes(const DeviceTraits& traits) {
  return traits.device == Device::kCpu ? AvailableMemoryBytes() : traits.available_bytes;
}

std::int64_t EstimateWeightBytes(const ModelConfig& config, DType dtype) {
  // A tied output matrix is packed as well as looked up.
  const std::int64_t tied = config.tie_word_embeddings ? config.vocab_size * config.hidden_size : 0;
  return (config.num_parameters() + tied) * SizeOf(dtype);
}

std::string MemoryPlan::Table() const {
  const auto line = [](const std::string& what, std::int64_t bytes, const std::string& remark) {
    std::string left = what + std::string(11 - what.size(), ' ');
    const std::string amount = Bytes(bytes);
    if (amount.size() < 11) left += std::string(11 - amount.size(), ' ');
    return left + amount + "  " + remark + "\n";
  };
  return line("weights", weight_bytes, Name(dtype)) +
         line("workspace", workspace_bytes,
              "steps of up to " + std::to_string(batch_tokens) + " tokens") +
         line("KV cache", kv_bytes(),
              std::to_string(num_pages) + " pages = " + std::to_string(num_pages * kKvPageTokens) +
                  " positions, " + Name(dtype)) +
         line("total", weight_bytes + workspace_bytes + kv_bytes(),
              "of " + Bytes(available_bytes) + " available");
}

MemoryPlan PlanMemory(const ModelConfig& config, DType dtype, std::int64_t weight_bytes,
                      const EngineOptions& options, std::int64_t available_bytes,
                      const DeviceTraits& traits) {
  MEVAL_REQUIRE(options.batch_tokens >= 0, "batch_tokens " + std::to_string(options.batch_tokens));
  MEVAL_REQUIRE(options.kv_memory_bytes >= 0,
                "kv_memory_bytes " + std::to_string(options.kv_memory_bytes));
  MEVAL_REQUIRE(options.max_length >= 0 && options.max_length <= config.max_position_embeddings,
                "max_length " + std::to_string(options.max_length) + "; the model has " +
                    std::to_string(config.max_position_embeddings) + " positions");
  MemoryPlan plan;
  plan.dtype = dtype;
  plan.available_bytes = available_bytes;
  plan.weight_bytes = weight_bytes;
  plan.batch_tokens = options.batch_tokens > 0 ? options.batch_tokens : traits.batch_tokens;
  plan.max_length = options.max_length > 0 ? options.max_length : config.max_position_embeddings;
  plan.page_bytes = KvCache::PageBytes(config, dtype);
  for (;;) {
    plan.workspace_bytes =
        Mistral::WorkspaceBytes(config, plan.batch_tokens, plan.max_length, traits, dtype);
    plan.num_pages = ChoosePages(plan, options, traits);
    // Every row of a step stores a key: more rows than positions have no use for their memory.
    const bool fits = options.kv_memory_bytes > 0
                          ? plan.kv_bytes() <= RestOf(plan)
                          : plan.num_pages * kKvPageTokens >= plan.batch_tokens;
    if (fits || options.batch_tokens > 0 || plan.batch_tokens == 1) break;
    plan.batch_tokens = (plan.batch_tokens + 1) / 2;
  }
  if (plan.num_pages < 1) {
    plan.num_pages = 1;
    throw DeviceError(options.kv_memory_bytes > 0
                          ? "KV memory of " + Bytes(options.kv_memory_bytes) +
                                " is less than one page of " + Bytes(plan.page_bytes) +
                                "; give at least that"
                          : DoesNotFit(plan, options, traits));
  }
  if (plan.kv_bytes() > RestOf(plan)) {
    throw DeviceError("the KV memory asked for does not fit beside the weights:\n" + plan.Table() +
                      "Give less KV memory, or none to have it chosen.");
  }
  return plan;
}

}  // namespace meval
