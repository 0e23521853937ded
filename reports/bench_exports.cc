// A benchmark in the formats of llama-bench and of vLLM's serving benchmark.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/bench_report.h"
#include "reports/json/record_json.h"
#include "reports/json/strict_json.h"
#include "reports/utf8.h"

namespace meval {
namespace {

constexpr double kMilli = 1e3;
constexpr double kNano = 1e9;

std::string BuildName(const BenchReport& report) {
  return report.label.empty() ? report.version : report.label;
}

// Where llama-bench says what computed.
struct Backend {
  std::string gpu;
  const char* name = "CPU";
  int num_gpu_layers = 0;
  const char* devices = "none";
};

Backend BackendOf(const HostInfo& host) {
  constexpr std::string_view kOfGpu = "cuda: ";
  if (!host.cpu_path.starts_with(kOfGpu)) return {};
  // -1 is llama-bench's own default: every layer.
  return {host.cpu_path.substr(kOfGpu.size()), "CUDA", -1, "auto"};
}

// Keys whose meaning this engine does not have keep llama-bench's defaults.
OrderedJson LlamaBenchLine(const BenchReport& report, const ThroughputTest& test) {
  std::vector<std::int64_t> nanoseconds;
  std::vector<double> rates;
  double mean_seconds = 0;
  double square_sum = 0;
  for (const double seconds : test.seconds) {
    nanoseconds.push_back(std::llround(seconds * kNano));
    rates.push_back(static_cast<double>(test.tokens) / seconds);
    mean_seconds += seconds / static_cast<double>(test.seconds.size());
  }
  for (const double seconds : test.seconds) square_sum += std::pow(seconds - mean_seconds, 2);
  const double stddev_seconds =
      test.seconds.size() < 2
          ? 0
          : std::sqrt(square_sum / static_cast<double>(test.seconds.size() - 1));
  const Backend backend = BackendOf(report.host);
  OrderedJson line = {{"build_commit", BuildName(report)},
                      {"build_number", 0},
                      {"cpu_info", report.host.cpu},
                      {"gpu_info", backend.gpu},
                      {"backends", backend.name},
                      {"model_filename", report.model},
                      {"model_type", report.model + " " + report.dtype},
                      {"model_size", report.weight_bytes},
                      {"model_n_params", report.num_parameters},
                      {"n_batch", report.batch_tokens},
                      {"n_ubatch", report.batch_tokens},
                      {"n_threads", report.host.num_threads},
                      {"cpu_mask", "0x0"},
                      {"cpu_strict", false},
                      {"poll", 0},
                      {"type_k", report.dtype},
                      {"type_v", report.dtype},
                      {"n_gpu_layers", backend.num_gpu_layers},
                      {"n_cpu_moe", 0},
                      {"split_mode", "none"},
                      {"main_gpu", 0},
                      {"no_kv_offload", false},
                      {"flash_attn", 1},
                      {"devices", backend.devices},
                      {"tensor_split", "0.00"},
                      {"tensor_buft_overrides", "none"},
                      {"use_mmap", false},
                      {"load_mode", "none"},
                      {"embeddings", false},
                      {"no_op_offload", 0},
                      {"no_host", false},
                      {"fit_target", 0},
                      {"fit_min_ctx", 0},
                      {"n_prompt", test.prompt_tokens},
                      {"n_gen", test.new_tokens},
                      {"n_depth", test.depth},
                      {"test_time", report.started_at},
                      {"avg_ns", std::llround(mean_seconds * kNano)},
                      {"stddev_ns", std::llround(stddev_seconds * kNano)},
                      {"avg_ts", test.rate.mean},
                      {"stddev_ts", test.rate.stddev.value_or(0)},
                      {"samples_ns", nanoseconds},
                      {"samples_ts", rates}};
  return line;
}

// "mean_ttft_ms", "median_ttft_ms", "std_ttft_ms" and the percentiles that the sample allows.
void AddLatency(const std::string& name, const BenchLatency& latency, OrderedJson& json) {
  json["mean_" + name + "_ms"] = latency.mean * kMilli;
  json["median_" + name + "_ms"] = latency.median * kMilli;
  json["std_" + name + "_ms"] = latency.stddev * kMilli;
  for (const BenchLatency::Percentile& one : latency.percentiles) {
    const bool is_whole = one.percent == std::floor(one.percent);
    std::string percent = std::to_string(one.percent);
    percent.resize(percent.find('.') + (is_whole ? 0 : 2));
    json["p" + percent + "_" + name + "_ms"] =
        one.value ? OrderedJson(*one.value * kMilli) : OrderedJson(nullptr);
  }
}

// How many requests a scenario lets be under way at once; nothing where it sets no bound.
std::optional<std::int64_t> ConfiguredConcurrency(const ServingTest& test) {
  if (test.name == "single-stream") return 1;
  if (test.name == "multi-stream") return test.queries_at_once;
  return std::nullopt;
}

// Most requests that were under way at once.
std::int64_t MostAtOnce(const ServingTest& test) {
  std::vector<std::pair<double, int>> changes;
  for (const ServedRequest& request : test.requests) {
    changes.emplace_back(request.issued, 1);
    changes.emplace_back(request.token_times.back(), -1);
  }
  std::sort(changes.begin(), changes.end());
  std::int64_t now = 0;
  std::int64_t most = 0;
  for (const auto& [time, change] : changes) most = std::max(most, now += change);
  return most;
}

OrderedJson VllmJson(const BenchReport& report, const ServingTest& test) {
  std::vector<std::int64_t> input_lens;
  std::vector<std::size_t> output_lens;
  std::vector<double> ttfts;
  OrderedJson itls = OrderedJson::array();
  for (const ServedRequest& request : test.requests) {
    input_lens.push_back(request.prompt_tokens);
    output_lens.push_back(request.token_times.size());
    ttfts.push_back(request.token_times.front() - request.scheduled);
    std::vector<double> gaps;
    for (std::size_t i = 1; i < request.token_times.size(); ++i) {
      gaps.push_back(request.token_times[i] - request.token_times[i - 1]);
    }
    itls.push_back(gaps);
  }
  OrderedJson json = {{"date", report.started_at},
                      {"endpoint_type", "mistral-eval"},
                      {"backend", "mistral-eval"},
                      {"label", BuildName(report)},
                      {"model_id", report.model},
                      {"tokenizer_id", report.model},
                      {"num_prompts", test.requests.size()},
                      {"request_rate", test.rate ? OrderedJson(*test.rate) : OrderedJson("inf")},
                      {"burstiness", test.burstiness.value_or(1)},
                      {"max_concurrency", OrNull(ConfiguredConcurrency(test))},
                      {"duration", test.duration},
                      {"completed", test.requests.size()},
                      {"failed", 0},
                      {"total_input_tokens", test.input_tokens},
                      {"total_output_tokens", test.output_tokens},
                      {"request_throughput", test.request_throughput},
                      {"request_goodput", OrNull(test.goodput)},
                      {"output_throughput", test.output_throughput},
                      {"total_token_throughput", test.total_throughput},
                      {"max_concurrent_requests", MostAtOnce(test)},
                      {"input_lens", input_lens},
                      {"output_lens", output_lens},
                      {"ttfts", ttfts},
                      {"itls", itls}};
  AddLatency("ttft", test.ttft, json);
  AddLatency("tpot", test.tpot, json);
  AddLatency("itl", test.itl, json);
  AddLatency("e2el", test.e2el, json);
  return json;
}

// Where the sample is too small for a percentile the largest value stands in: the script that reads
// the table drops rows without one.
double P99OrMax(const BenchLatency& latency) {
  for (const BenchLatency::Percentile& one : latency.percentiles) {
    if (one.percent == 99 && one.value) return *one.value;
  }
  return latency.max;
}

// A row of the table. Rows of two files are aligned by the bound on requests at once, not by how
// many there were: without a bound it is all of them.
OrderedJson ResultJson(const BenchReport& report, const ServingTest& test) {
  const auto requests = static_cast<double>(std::max<std::size_t>(test.requests.size(), 1));
  return {{"Test name", RepairUtf8("serving_" + test.name + "_" + test.workload)},
          {"Model", RepairUtf8(report.model)},
          {"Dataset Name", RepairUtf8(test.workload)},
          {"Input Len", static_cast<double>(test.input_tokens) / requests},
          {"Output Len", static_cast<double>(test.output_tokens) / requests},
          {"TP Size", 1},
          {"PP Size", 1},
          {"# of max concurrency.",
           ConfiguredConcurrency(test).value_or(static_cast<std::int64_t>(test.requests.size()))},
          {"qps", test.rate ? OrderedJson(*test.rate) : OrderedJson("inf")},
          {"Tput (req/s)", test.request_throughput},
          {"Output Tput (tok/s)", test.output_throughput},
          {"Total Token Tput (tok/s)", test.total_throughput},
          {"Mean TTFT (ms)", test.ttft.mean * kMilli},
          {"Median TTFT (ms)", test.ttft.median * kMilli},
          {"P99 TTFT (ms)", P99OrMax(test.ttft) * kMilli},
          {"Mean", test.tpot.mean * kMilli},
          {"Median", test.tpot.median * kMilli},
          {"P99", P99OrMax(test.tpot) * kMilli}};
}

}  // namespace

void WriteLlamaBenchJsonl(const BenchReport& report, std::ostream& out) {
  for (const ThroughputTest& test : report.throughput) {
    if (test.batch != 1) continue;
    out << DumpStrict(LlamaBenchLine(report, test), "llama-bench line " + test.name, -1) << '\n';
  }
}

void WriteVllmJson(const BenchReport& report, const ServingTest& test, std::ostream& out) {
  out << DumpStrict(VllmJson(report, test), "vllm.json", 1) << '\n';
}

void WriteVllmResults(const BenchReport& report, std::ostream& out) {
  const auto record = [&](const ServingTest& test) { return ResultJson(report, test); };
  out << DumpStrict(ToArray(report.serving, record), "vllm-results.json", 1) << '\n';
}

}  // namespace meval
