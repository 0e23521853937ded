#include "reports/bench_tables.h"

#include <algorithm>
#include <utility>

#include "reports/quantity_text.h"
#include "reports/summary.h"

namespace meval {
namespace {

constexpr double kGiga = 1e9;

TableColumn Right(std::string header, int drop_order = 0) {
  return {.header = std::move(header), .align = Align::kRight, .drop_order = drop_order};
}

std::string PlusMinus(const BenchSpread& spread) {
  return ShownRate(spread.mean) + (spread.stddev ? " \u00b1 " + ShownRate(*spread.stddev) : "");
}

std::string Interval(const BenchSpread& spread) {
  return spread.ci_low && spread.ci_high
             ? ShownRate(*spread.ci_low) + " \u2013 " + ShownRate(*spread.ci_high)
             : "";
}

std::string Percent(double share) { return Fixed(100 * share, 1) + " %"; }

// What a test is bound by at the ceilings that were measured, and how near it came.
BenchTable ThroughputTable(const BenchReport& report) {
  BenchTable out = {.title = "Throughput", .table = {}, .notes = {}};
  out.table.columns = {{.header = "Test", .min_width = 12},
                       Right("Median tok/s"),
                       Right("Mean \u00b1 sd"),
                       Right("95 % interval", 4),
                       Right("n", 5),
                       Right("Tokens", 6),
                       Right("GFLOP/s", 2),
                       Right("GB/s", 2),
                       Right("Of ceiling", 0),
                       {.header = "Note"}};
  const bool has_energy =
      std::any_of(report.throughput.begin(), report.throughput.end(),
                  [](const ThroughputTest& test) { return test.energy.has_value(); });
  if (has_energy) {
    out.table.columns.push_back(Right("W", 3));
    out.table.columns.push_back(Right("Energy/tok", 1));
  }
  if (report.price_per_hour) out.table.columns.push_back(Right("Per 1M tok"));
  for (const ThroughputTest& test : report.throughput) {
    const double runs_per_second = test.rate.median / static_cast<double>(test.tokens);
    std::vector<TableCell> row = {
        {test.name},
        {ShownRate(test.rate.median), Emphasis::kStrong},
        {PlusMinus(test.rate)},
        {Interval(test.rate)},
        {std::to_string(test.seconds.size())},
        {Grouped(test.tokens)},
        {ShownRate(test.flops * runs_per_second / kGiga)},
        {ShownRate(test.bytes * runs_per_second / kGiga)},
        {test.ceiling_seconds > 0 ? Percent(test.ShareOfCeiling()) : ""},
        {test.unstable.empty() ? "" : "unstable: " + test.unstable, Emphasis::kAlert}};
    if (has_energy) {
      row.push_back({test.energy ? ShownRate(test.energy->Watts()) : ""});
      row.push_back({test.energy ? ShownJoules(test.energy->JoulesPerToken()) : ""});
    }
    if (const auto price = PricePerMillionTokens(report.price_per_hour, test.rate.median)) {
      row.push_back({ShownRate(*price)});
    }
    out.table.rows.push_back(std::move(row));
  }
  return out;
}

std::vector<TableCell> LatencyRow(const std::string& name, const BenchLatency& latency) {
  std::vector<TableCell> row = {{name},
                                {Grouped(latency.n)},
                                {latency.n > 0 ? ShownSeconds(latency.mean) : ""},
                                {latency.n > 0 ? ShownSeconds(latency.stddev) : ""}};
  for (const BenchLatency::Percentile& one : latency.percentiles) {
    row.push_back(one.value ? TableCell{ShownSeconds(*one.value)}
                            : TableCell{"n < " + Grouped(one.smallest_sample), Emphasis::kFaint});
  }
  row.push_back({latency.n > 0 ? ShownSeconds(latency.max) : ""});
  return row;
}

std::vector<std::string> ServingNotes(const BenchReport& report, const ServingTest& test) {
  std::vector<std::string> notes;
  notes.push_back(Grouped(static_cast<std::int64_t>(test.requests.size())) + " requests in " +
                  ShownSeconds(test.duration) + ": " + ShownRate(test.request_throughput) +
                  " requests/s, " + ShownRate(test.output_throughput) + " output tok/s, " +
                  ShownRate(test.total_throughput) + " tok/s in all.");
  if (test.goodput) {
    notes.push_back("Goodput: " + ShownRate(*test.goodput) + " requests/s; " + Grouped(*test.kept) +
                    " requests kept the limits.");
  }
  notes.push_back("Validity (MLPerf-style): " + test.validity.verdict + ".");
  if (const auto price = PricePerMillionTokens(report.price_per_hour, test.output_throughput)) {
    notes.push_back("A million output tokens cost " + ShownRate(*price) + ".");
  }
  if (test.energy) {
    notes.push_back("Energy: " + ShownJoules(test.energy->joules) + " at " +
                    ShownRate(test.energy->Watts()) + " W, " +
                    ShownJoules(test.energy->JoulesPerToken()) + " an output token.");
  }
  return notes;
}

BenchTable LatencyTable(const BenchReport& report, const ServingTest& test) {
  BenchTable out = {
      .title = "Latency: " + ServingTitle(test), .table = {}, .notes = ServingNotes(report, test)};
  out.table.columns = {{.header = "What"}, Right("n", 3), Right("Mean"), Right("sd", 2)};
  for (const BenchLatency::Percentile& one : test.ttft.percentiles) {
    out.table.columns.push_back(Right("p" + Fixed(one.percent, one.percent > 99 ? 1 : 0)));
  }
  out.table.columns.push_back(Right("Max", 4));
  out.table.rows = {LatencyRow("TTFT", test.ttft), LatencyRow("TPOT", test.tpot),
                    LatencyRow("ITL", test.itl), LatencyRow("E2E", test.e2el)};
  if (test.rate) out.table.rows.push_back(LatencyRow("arrival error", test.arrival_error));
  return out;
}

BenchTable SearchTable(const RateSearch& search) {
  BenchTable out = {.title = "Highest rate: " + search.workload, .table = {}, .notes = {}};
  out.table.columns = {Right("Requests/s"), Right("Kept the limits"), {.header = "Meets"}};
  for (const RateSearch::Probe& probe : search.probes) {
    out.table.rows.push_back(
        {{ShownRate(probe.rate)}, {Percent(probe.kept_share)}, {probe.meets ? "yes" : "no"}});
  }
  out.notes.push_back(search.rate
                          ? "Highest rate at which " + Percent(search.share) +
                                " of the requests keep the limits: " + ShownRate(*search.rate) +
                                " requests/s, within " + Percent(search.tolerance) + "."
                          : "No rate that was tried keeps the limits.");
  return out;
}

BenchTable PrefixTable(const std::vector<PrefixTest>& tests) {
  BenchTable out = {.title = "Shared prefix: time to first token", .table = {}, .notes = {}};
  out.table.columns = {Right("Prefix"),       Right("Suffix"),      Right("Cold"),
                       Right("Warm"),         Right("Cold/warm"),   Right("95 % interval", 1),
                       Right("Rows cold", 2), Right("Rows warm", 2)};
  for (const PrefixTest& test : tests) {
    const bool has_interval = test.ratio_low && test.ratio_high;
    out.table.rows.push_back(
        {{Grouped(test.prefix_tokens)},
         {Grouped(test.suffix_tokens)},
         {ShownSeconds(test.cold.median)},
         {ShownSeconds(test.warm.median)},
         {Fixed(test.ratio, 2), Emphasis::kStrong},
         {has_interval ? Fixed(*test.ratio_low, 2) + " \u2013 " + Fixed(*test.ratio_high, 2) : ""},
         {Grouped(test.cold_rows)},
         {Grouped(test.warm_rows)}});
  }
  return out;
}

BenchTable LengthsTable(const WorkloadLengths& lengths) {
  BenchTable out = {.title = "Lengths of " + lengths.task, .table = {}, .notes = {}};
  out.table.columns = {Right("Tokens"), Right("Prompts"), Right("Answers")};
  for (const WorkloadLengths::Bin& bin : lengths.bins) {
    out.table.rows.push_back({{Grouped(bin.low) + " \u2013 " + Grouped(bin.high - 1)},
                              {Grouped(bin.prompts)},
                              {Grouped(bin.outputs)}});
  }
  out.notes.push_back(Grouped(lengths.requests) + " requests; means " +
                      Fixed(lengths.mean_prompt, 1) + " and " + Fixed(lengths.mean_output, 1) +
                      " tokens.");
  return out;
}

std::string Shift(std::optional<double> before, std::optional<double> after,
                  const std::string& unit) {
  if (!before) return "not readable";
  std::string text = Fixed(*before, 0) + unit;
  if (after && Fixed(*after, 0) != Fixed(*before, 0)) text += " to " + Fixed(*after, 0) + unit;
  return text;
}

// Where the device says anything of itself: a processor's meter counts energy alone.
void AddDeviceFacts(const DeviceFacts& device, std::vector<std::string>& facts) {
  if (!device.sm_clock_mhz && !device.temperature_c && !device.watts) return;
  facts.push_back(
      "Card: SM clock " + Shift(device.sm_clock_mhz, device.sm_clock_after_mhz, " MHz") +
      (device.memory_clock_mhz ? ", memory clock " + Fixed(*device.memory_clock_mhz, 0) + " MHz"
                               : "") +
      ", temperature " + Shift(device.temperature_c, device.temperature_after_c, " \u00b0C") +
      ", power " + Shift(device.watts, device.watts_after, " W") + ".");
}

}  // namespace

std::string ServingTitle(const ServingTest& test) {
  std::string title = test.workload + " (" + test.name;
  if (test.rate) title += ", " + ShownRate(*test.rate) + "/s";
  if (test.name == "multi-stream") title += " of " + std::to_string(test.queries_at_once);
  return title + ")";
}

std::string BenchHeadline(const BenchReport& report) {
  return "mistral-eval " + report.version +
         (report.label.empty() ? "" : " (" + report.label + ")") + ": model " + report.model +
         ", " + report.dtype;
}

std::vector<std::string> BenchFacts(const BenchReport& report) {
  const MachineFacts& machine = report.machine;
  std::vector<std::string> facts;
  facts.push_back(report.host.cpu + ", " + std::to_string(report.host.num_threads) + " threads, " +
                  report.host.cpu_path + ", matrix products by " + report.host.gemm_provider +
                  "; " + Grouped(report.batch_tokens) + " tokens a forward pass at most.");
  facts.push_back(
      "Clock " + Shift(machine.clock_mhz, machine.clock_after_mhz, " MHz") +
      (machine.max_clock_mhz ? " of " + Fixed(*machine.max_clock_mhz, 0) + " MHz" : "") +
      ", governor " + (machine.governor.empty() ? "not readable" : machine.governor) +
      ", temperature " + Shift(machine.temperature_c, machine.temperature_after_c, " \u00b0C") +
      ", load at the start " + (machine.load ? Fixed(*machine.load, 2) : "not readable") + ".");
  if (report.device) AddDeviceFacts(*report.device, facts);
  facts.push_back("Energy: " + (report.device && report.device->reads_energy
                                    ? "by " + report.device->source + "."
                                    : "not readable."));
  const BenchCeilings& ceilings = report.ceilings;
  facts.push_back("Measured ceilings: reading " +
                  ShownRate(ceilings.read_bytes_per_second / kGiga) + " GB/s, copying " +
                  ShownRate(ceilings.copy_bytes_per_second / kGiga) +
                  " GB/s (read and written), matrix products " +
                  (ceilings.f32_flops_per_second > 0
                       ? ShownRate(ceilings.f32_flops_per_second / kGiga) + " GFLOP/s in f32, "
                       : "") +
                  ShownRate(ceilings.bf16_flops_per_second / kGiga) + " GFLOP/s in bf16.");
  facts.push_back("Peak memory " + Fixed(static_cast<double>(report.peak_memory_bytes) / kGiga, 2) +
                  " GB, of it weights " +
                  Fixed(static_cast<double>(report.weight_bytes) / kGiga, 2) + " GB.");
  return facts;
}

std::vector<BenchTable> BenchTables(const BenchReport& report) {
  std::vector<BenchTable> tables;
  if (!report.throughput.empty()) tables.push_back(ThroughputTable(report));
  for (const WorkloadLengths& lengths : report.workloads) tables.push_back(LengthsTable(lengths));
  for (const ServingTest& test : report.serving) tables.push_back(LatencyTable(report, test));
  for (const RateSearch& search : report.searches) tables.push_back(SearchTable(search));
  if (!report.prefixes.empty()) tables.push_back(PrefixTable(report.prefixes));
  return tables;
}

}  // namespace meval
