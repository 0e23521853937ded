#include "reports/json/bench_json.h"

#include "reports/json/record_json.h"

namespace meval {
namespace {

OrderedJson SpreadJson(const BenchSpread& spread) {
  return {{"median", spread.median},
          {"mean", spread.mean},
          {"stddev", OrNull(spread.stddev)},
          {"ci_low", OrNull(spread.ci_low)},
          {"ci_high", OrNull(spread.ci_high)},
          {"min", spread.min},
          {"max", spread.max}};
}

BenchSpread ReadSpread(const JsonCursor& json) {
  return {.median = json.At("median").Number(),
          .mean = json.At("mean").Number(),
          .stddev = OptionalNumber(json.At("stddev")),
          .ci_low = OptionalNumber(json.At("ci_low")),
          .ci_high = OptionalNumber(json.At("ci_high")),
          .min = json.At("min").Number(),
          .max = json.At("max").Number()};
}

OrderedJson LatencyJson(const BenchLatency& latency) {
  const auto percentile = [](const BenchLatency::Percentile& one) -> OrderedJson {
    return {{"percent", one.percent},
            {"value", OrNull(one.value)},
            {"smallest_sample", one.smallest_sample}};
  };
  return {{"n", latency.n},
          {"mean", latency.mean},
          {"stddev", latency.stddev},
          {"median", latency.median},
          {"min", latency.min},
          {"max", latency.max},
          {"percentiles", ToArray(latency.percentiles, percentile)}};
}

BenchLatency ReadLatency(const JsonCursor& json) {
  const auto percentile = [](const JsonCursor& one) -> BenchLatency::Percentile {
    return {one.At("percent").Number(), OptionalNumber(one.At("value")),
            one.At("smallest_sample").Integer()};
  };
  return {.n = json.At("n").Integer(),
          .mean = json.At("mean").Number(),
          .stddev = json.At("stddev").Number(),
          .median = json.At("median").Number(),
          .min = json.At("min").Number(),
          .max = json.At("max").Number(),
          .percentiles = List(json.At("percentiles"), percentile)};
}

OrderedJson LimitsJson(const BenchLimits& limits) {
  return {
      {"ttft", OrNull(limits.ttft)}, {"tpot", OrNull(limits.tpot)}, {"e2el", OrNull(limits.e2el)}};
}

BenchLimits ReadLimits(const JsonCursor& json) {
  return {OptionalNumber(json.At("ttft")), OptionalNumber(json.At("tpot")),
          OptionalNumber(json.At("e2el"))};
}

std::optional<std::int64_t> OptionalInteger(const JsonCursor& value) {
  if (value.IsNull()) return std::nullopt;
  return value.Integer();
}

double ReadDouble(const JsonCursor& value) { return value.Number(); }

OrderedJson ValidityJson(const ScenarioValidity& validity) {
  return {{"percent", validity.percent},
          {"queries", validity.queries},
          {"min_queries", validity.min_queries},
          {"late", OrNull(validity.late)},
          {"late_allowed", OrNull(validity.late_allowed)},
          {"is_valid", validity.is_valid},
          {"verdict", validity.verdict},
          {"estimate", OrNull(validity.estimate)}};
}

ScenarioValidity ReadValidity(const JsonCursor& json) {
  return {.percent = json.At("percent").Number(),
          .queries = json.At("queries").Integer(),
          .min_queries = json.At("min_queries").Integer(),
          .late = OptionalInteger(json.At("late")),
          .late_allowed = OptionalInteger(json.At("late_allowed")),
          .is_valid = json.At("is_valid").Boolean(),
          .verdict = json.At("verdict").Text(),
          .estimate = OptionalNumber(json.At("estimate"))};
}

OrderedJson EnergyJson(const BenchEnergy& energy) {
  return {{"joules", energy.joules},
          {"seconds", energy.seconds},
          {"tokens", energy.tokens},
          {"watts", energy.Watts()},
          {"joules_per_token", energy.JoulesPerToken()}};
}

// Of a test; files of earlier versions have none.
std::optional<BenchEnergy> ReadEnergy(const JsonCursor& test) {
  const std::optional<JsonCursor> json = test.Find("energy");
  if (!json) return std::nullopt;
  return BenchEnergy{.joules = json->At("joules").Number(),
                     .seconds = json->At("seconds").Number(),
                     .tokens = json->At("tokens").Integer()};
}

OrderedJson RequestJson(const ServedRequest& request) {
  return {{"scheduled", request.scheduled},
          {"issued", request.issued},
          {"prompt_tokens", request.prompt_tokens},
          {"token_times", request.token_times}};
}

ServedRequest ReadRequest(const JsonCursor& json) {
  return {json.At("scheduled").Number(), json.At("issued").Number(),
          json.At("prompt_tokens").Integer(), List(json.At("token_times"), ReadDouble)};
}

}  // namespace

OrderedJson ThroughputJson(const ThroughputTest& test) {
  OrderedJson json = {{"name", test.name},
                      {"prompt_tokens", test.prompt_tokens},
                      {"new_tokens", test.new_tokens},
                      {"depth", test.depth},
                      {"batch", test.batch},
                      {"tokens", test.tokens},
                      {"rows", test.rows},
                      {"rows_scored", test.rows_scored},
                      {"steps", test.steps},
                      {"flops", test.flops},
                      {"bytes", test.bytes},
                      {"ceiling_seconds", test.ceiling_seconds},
                      {"seconds", test.seconds},
                      {"rate", SpreadJson(test.rate)},
                      {"share_of_ceiling", test.ShareOfCeiling()},
                      {"unstable", test.unstable}};
  if (test.energy) json["energy"] = EnergyJson(*test.energy);
  return json;
}

ThroughputTest ReadThroughput(const JsonCursor& json) {
  ThroughputTest test;
  test.name = json.At("name").Text();
  test.prompt_tokens = json.At("prompt_tokens").Integer();
  test.new_tokens = json.At("new_tokens").Integer();
  test.depth = json.At("depth").Integer();
  test.batch = json.At("batch").Integer();
  test.tokens = json.At("tokens").Integer();
  test.rows = json.At("rows").Integer();
  test.rows_scored = json.At("rows_scored").Integer();
  test.steps = json.At("steps").Integer();
  test.flops = json.At("flops").Number();
  test.bytes = json.At("bytes").Number();
  test.ceiling_seconds = json.At("ceiling_seconds").Number();
  test.seconds = List(json.At("seconds"), ReadDouble);
  test.rate = ReadSpread(json.At("rate"));
  test.unstable = json.At("unstable").Text();
  test.energy = ReadEnergy(json);
  return test;
}

OrderedJson ServingJson(const ServingTest& test) {
  OrderedJson json = {{"name", test.name},
                      {"workload", test.workload},
                      {"seed", test.seed},
                      {"rate", OrNull(test.rate)},
                      {"burstiness", OrNull(test.burstiness)},
                      {"queries_at_once", test.queries_at_once},
                      {"duration", test.duration},
                      {"input_tokens", test.input_tokens},
                      {"output_tokens", test.output_tokens},
                      {"request_throughput", test.request_throughput},
                      {"output_throughput", test.output_throughput},
                      {"total_throughput", test.total_throughput},
                      {"ttft", LatencyJson(test.ttft)},
                      {"tpot", LatencyJson(test.tpot)},
                      {"itl", LatencyJson(test.itl)},
                      {"e2el", LatencyJson(test.e2el)},
                      {"arrival_error", LatencyJson(test.arrival_error)},
                      {"limits", LimitsJson(test.limits)},
                      {"kept", OrNull(test.kept)},
                      {"goodput", OrNull(test.goodput)},
                      {"validity", ValidityJson(test.validity)},
                      {"flops", test.flops},
                      {"bytes", test.bytes},
                      {"ceiling_seconds", test.ceiling_seconds},
                      {"requests", ToArray(test.requests, RequestJson)}};
  if (test.energy) json["energy"] = EnergyJson(*test.energy);
  return json;
}

ServingTest ReadServing(const JsonCursor& json) {
  ServingTest test;
  test.name = json.At("name").Text();
  test.workload = json.At("workload").Text();
  test.seed = json.At("seed").Integer();
  test.rate = OptionalNumber(json.At("rate"));
  test.burstiness = OptionalNumber(json.At("burstiness"));
  test.queries_at_once = json.At("queries_at_once").Integer();
  test.duration = json.At("duration").Number();
  test.input_tokens = json.At("input_tokens").Integer();
  test.output_tokens = json.At("output_tokens").Integer();
  test.request_throughput = json.At("request_throughput").Number();
  test.output_throughput = json.At("output_throughput").Number();
  test.total_throughput = json.At("total_throughput").Number();
  test.ttft = ReadLatency(json.At("ttft"));
  test.tpot = ReadLatency(json.At("tpot"));
  test.itl = ReadLatency(json.At("itl"));
  test.e2el = ReadLatency(json.At("e2el"));
  test.arrival_error = ReadLatency(json.At("arrival_error"));
  test.limits = ReadLimits(json.At("limits"));
  test.kept = OptionalInteger(json.At("kept"));
  test.goodput = OptionalNumber(json.At("goodput"));
  test.validity = ReadValidity(json.At("validity"));
  test.flops = json.At("flops").Number();
  test.bytes = json.At("bytes").Number();
  test.ceiling_seconds = json.At("ceiling_seconds").Number();
  test.requests = List(json.At("requests"), ReadRequest);
  test.energy = ReadEnergy(json);
  return test;
}

OrderedJson SearchJson(const RateSearch& search) {
  const auto probe = [](const RateSearch::Probe& one) -> OrderedJson {
    return {{"rate", one.rate}, {"kept_share", one.kept_share}, {"meets", one.meets}};
  };
  return {{"workload", search.workload}, {"limits", LimitsJson(search.limits)},
          {"share", search.share},       {"tolerance", search.tolerance},
          {"rate", OrNull(search.rate)}, {"probes", ToArray(search.probes, probe)}};
}

RateSearch ReadSearch(const JsonCursor& json) {
  const auto probe = [](const JsonCursor& one) -> RateSearch::Probe {
    return {one.At("rate").Number(), one.At("kept_share").Number(), one.At("meets").Boolean()};
  };
  return {.workload = json.At("workload").Text(),
          .limits = ReadLimits(json.At("limits")),
          .share = json.At("share").Number(),
          .tolerance = json.At("tolerance").Number(),
          .probes = List(json.At("probes"), probe),
          .rate = OptionalNumber(json.At("rate"))};
}

OrderedJson PrefixJson(const PrefixTest& test) {
  return {{"prefix_tokens", test.prefix_tokens},
          {"suffix_tokens", test.suffix_tokens},
          {"cold_rows", test.cold_rows},
          {"warm_rows", test.warm_rows},
          {"cold_seconds", test.cold_seconds},
          {"warm_seconds", test.warm_seconds},
          {"cold", SpreadJson(test.cold)},
          {"warm", SpreadJson(test.warm)},
          {"ratio", test.ratio},
          {"ratio_low", OrNull(test.ratio_low)},
          {"ratio_high", OrNull(test.ratio_high)}};
}

PrefixTest ReadPrefix(const JsonCursor& json) {
  PrefixTest test;
  test.prefix_tokens = json.At("prefix_tokens").Integer();
  test.suffix_tokens = json.At("suffix_tokens").Integer();
  test.cold_rows = json.At("cold_rows").Integer();
  test.warm_rows = json.At("warm_rows").Integer();
  test.cold_seconds = List(json.At("cold_seconds"), ReadDouble);
  test.warm_seconds = List(json.At("warm_seconds"), ReadDouble);
  test.cold = ReadSpread(json.At("cold"));
  test.warm = ReadSpread(json.At("warm"));
  test.ratio = json.At("ratio").Number();
  test.ratio_low = OptionalNumber(json.At("ratio_low"));
  test.ratio_high = OptionalNumber(json.At("ratio_high"));
  return test;
}

OrderedJson LengthsJson(const WorkloadLengths& lengths) {
  const auto bin = [](const WorkloadLengths::Bin& one) -> OrderedJson {
    return {
        {"low", one.low}, {"high", one.high}, {"prompts", one.prompts}, {"outputs", one.outputs}};
  };
  return {{"task", lengths.task},
          {"requests", lengths.requests},
          {"mean_prompt", lengths.mean_prompt},
          {"mean_output", lengths.mean_output},
          {"bins", ToArray(lengths.bins, bin)}};
}

WorkloadLengths ReadLengths(const JsonCursor& json) {
  const auto bin = [](const JsonCursor& one) -> WorkloadLengths::Bin {
    return {one.At("low").Integer(), one.At("high").Integer(), one.At("prompts").Integer(),
            one.At("outputs").Integer()};
  };
  return {.task = json.At("task").Text(),
          .requests = json.At("requests").Integer(),
          .bins = List(json.At("bins"), bin),
          .mean_prompt = json.At("mean_prompt").Number(),
          .mean_output = json.At("mean_output").Number()};
}

}  // namespace meval
