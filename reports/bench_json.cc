#include "reports/json/bench_json.h"

#include <istream>
#include <ostream>
#include <utility>

#include "reports/bench_report.h"
#include "reports/json/record_json.h"

namespace meval {
namespace {

constexpr char kKind[] = "mistral-eval bench";
constexpr char kAdvice[] = "this is not a benchmark of this version, or it is damaged";

OrderedJson HostJson(const BenchReport& report) {
  const MachineFacts& machine = report.machine;
  OrderedJson json = {{"hostname", report.host.hostname},
                      {"cpu", report.host.cpu},
                      {"num_threads", report.host.num_threads},
                      {"cpu_path", report.host.cpu_path},
                      {"gemm_provider", report.host.gemm_provider},
                      {"build", report.host.build},
                      {"governor", machine.governor},
                      {"clock_mhz", OrNull(machine.clock_mhz)},
                      {"clock_after_mhz", OrNull(machine.clock_after_mhz)},
                      {"max_clock_mhz", OrNull(machine.max_clock_mhz)},
                      {"temperature_c", OrNull(machine.temperature_c)},
                      {"temperature_after_c", OrNull(machine.temperature_after_c)},
                      {"load", OrNull(machine.load)},
                      {"peak_memory_bytes", report.peak_memory_bytes}};
  if (!report.host.matmul_algorithms.empty()) {
    json["matmul_algorithms"] = OrderedJson(report.host.matmul_algorithms);
  }
  return json;
}

void ReadHost(const JsonCursor& json, BenchReport& report) {
  report.host.hostname = json.At("hostname").Text();
  report.host.cpu = json.At("cpu").Text();
  report.host.num_threads = static_cast<int>(json.At("num_threads").Integer());
  report.host.cpu_path = json.At("cpu_path").Text();
  report.host.gemm_provider = json.At("gemm_provider").Text();
  report.host.build = json.At("build").Text();
  if (const auto algorithms = json.Find("matmul_algorithms")) {
    for (const JsonCursor& line : algorithms->Items()) {
      report.host.matmul_algorithms.push_back(line.Text());
    }
  }
  report.machine = {.governor = json.At("governor").Text(),
                    .clock_mhz = OptionalNumber(json.At("clock_mhz")),
                    .clock_after_mhz = OptionalNumber(json.At("clock_after_mhz")),
                    .max_clock_mhz = OptionalNumber(json.At("max_clock_mhz")),
                    .temperature_c = OptionalNumber(json.At("temperature_c")),
                    .temperature_after_c = OptionalNumber(json.At("temperature_after_c")),
                    .load = OptionalNumber(json.At("load"))};
  report.peak_memory_bytes = json.At("peak_memory_bytes").Integer();
}

// The numbers of DeviceFacts by their keys.
constexpr std::pair<const char*, std::optional<double> DeviceFacts::*> kDeviceNumbers[] = {
    {"watts", &DeviceFacts::watts},
    {"watts_after", &DeviceFacts::watts_after},
    {"temperature_c", &DeviceFacts::temperature_c},
    {"temperature_after_c", &DeviceFacts::temperature_after_c},
    {"sm_clock_mhz", &DeviceFacts::sm_clock_mhz},
    {"sm_clock_after_mhz", &DeviceFacts::sm_clock_after_mhz},
    {"memory_clock_mhz", &DeviceFacts::memory_clock_mhz}};

OrderedJson DeviceJson(const DeviceFacts& device) {
  OrderedJson json = {{"source", device.source}, {"reads_energy", device.reads_energy}};
  for (const auto& [key, member] : kDeviceNumbers) {
    if (device.*member) json[key] = *(device.*member);
  }
  return json;
}

DeviceFacts ReadDevice(const JsonCursor& json) {
  DeviceFacts device;
  device.source = json.At("source").Text();
  device.reads_energy = json.At("reads_energy").Boolean();
  for (const auto& [key, member] : kDeviceNumbers) {
    if (const std::optional<JsonCursor> number = json.Find(key)) device.*member = number->Number();
  }
  return device;
}

OrderedJson ModelJson(const BenchReport& report) {
  return {{"name", report.model},
          {"dtype", report.dtype},
          {"num_parameters", report.num_parameters},
          {"weight_bytes", report.weight_bytes},
          {"batch_tokens", report.batch_tokens}};
}

OrderedJson CeilingsJson(const BenchCeilings& ceilings) {
  return {{"read_bytes_per_second", ceilings.read_bytes_per_second},
          {"copy_bytes_per_second", ceilings.copy_bytes_per_second},
          {"f32_flops_per_second", ceilings.f32_flops_per_second},
          {"bf16_flops_per_second", ceilings.bf16_flops_per_second}};
}

}  // namespace

void WriteBenchJson(const BenchReport& report, std::ostream& out) {
  OrderedJson json = {{"kind", kKind},
                      {"schema_version", kBenchSchemaVersion},
                      {"version", report.version},
                      {"label", report.label},
                      {"command", OrderedJson(report.command)},
                      {"started_at", report.started_at},
                      {"seconds", report.seconds},
                      {"model", ModelJson(report)},
                      {"host", HostJson(report)},
                      {"ceilings", CeilingsJson(report.ceilings)},
                      {"price_per_hour", OrNull(report.price_per_hour)},
                      {"throughput", ToArray(report.throughput, ThroughputJson)},
                      {"serving", ToArray(report.serving, ServingJson)},
                      {"searches", ToArray(report.searches, SearchJson)},
                      {"prefixes", ToArray(report.prefixes, PrefixJson)},
                      {"workloads", ToArray(report.workloads, LengthsJson)}};
  if (report.device) json["device"] = DeviceJson(*report.device);
  out << DumpStrict(std::move(json), "bench.json", 1) << '\n';
}

BenchReport ReadBenchJson(std::istream& in, const std::string& name) {
  const JsonFile file(ReadText(in, name), name, kAdvice);
  const JsonCursor json(file);
  const std::string kind = json.At("kind").Text();
  if (kind != kKind) json.At("kind").Fail(std::string("\"") + kKind + "\"", "\"" + kind + "\"");
  const std::int64_t schema = json.At("schema_version").Integer();
  if (schema != kBenchSchemaVersion) {
    json.At("schema_version").Fail(std::to_string(kBenchSchemaVersion), std::to_string(schema));
  }
  BenchReport report;
  report.version = json.At("version").Text();
  report.label = json.At("label").Text();
  report.command = List(json.At("command"), [](const JsonCursor& word) { return word.Text(); });
  report.started_at = json.At("started_at").Text();
  report.seconds = json.At("seconds").Number();
  const JsonCursor model = json.At("model");
  report.model = model.At("name").Text();
  report.dtype = model.At("dtype").Text();
  report.num_parameters = model.At("num_parameters").Integer();
  report.weight_bytes = model.At("weight_bytes").Integer();
  report.batch_tokens = model.At("batch_tokens").Integer();
  ReadHost(json.At("host"), report);
  if (const std::optional<JsonCursor> device = json.Find("device")) {
    report.device = ReadDevice(*device);
  }
  const JsonCursor ceilings = json.At("ceilings");
  report.ceilings = {
      ceilings.At("read_bytes_per_second").Number(), ceilings.At("copy_bytes_per_second").Number(),
      ceilings.At("f32_flops_per_second").Number(), ceilings.At("bf16_flops_per_second").Number()};
  report.price_per_hour = OptionalNumber(json.At("price_per_hour"));
  report.throughput = List(json.At("throughput"), ReadThroughput);
  report.serving = List(json.At("serving"), ReadServing);
  report.searches = List(json.At("searches"), ReadSearch);
  report.prefixes = List(json.At("prefixes"), ReadPrefix);
  report.workloads = List(json.At("workloads"), ReadLengths);
  return report;
}

}  // namespace meval
