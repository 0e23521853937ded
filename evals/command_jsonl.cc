// `mistral-eval loglikelihood` and `generate`: JSONL in, JSONL out, in the same order.

#include <istream>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "evals/commands.h"
#include "evals/encode_pair.h"
#include "evals/eval.h"
#include "evals/interrupt.h"
#include "evals/jsonl_lines.h"
#include "evals/model_loader.h"
#include "evals/program.h"
#include "tasks/error.h"

namespace meval {
namespace {

using Json = nlohmann::ordered_json;

double GetNumber(const JsonLine& line, const std::string& field, double fallback) {
  const auto found = line.fields.find(field);
  if (found == line.fields.end() || found->is_null()) return fallback;
  if (!found->is_number()) ThrowField(line, field, "a number", found->dump());
  return found->get<double>();
}

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

std::int64_t GetInteger(const JsonLine& line, const std::string& field, std::int64_t fallback,
                        std::int64_t least, std::int64_t most = kNoLimit) {
  const auto found = line.fields.find(field);
  if (found == line.fields.end() || found->is_null()) return fallback;
  if (!found->is_number_integer() || found->get<std::int64_t>() < least ||
      found->get<std::int64_t>() > most) {
    const std::string limit = most == kNoLimit ? "" : fmt::format(" and <= {}", most);
    ThrowField(line, field, fmt::format("a whole number >= {}{}", least, limit), found->dump());
  }
  return found->get<std::int64_t>();
}

// Writes results in the order of the input as soon as they and all before them are there.
class OrderedWriter {
 public:
  OrderedWriter(std::ostream& out, std::size_t count) : out_(out), ready_(count) {}
  void Put(std::size_t index, Json line) {
    ready_[index] = std::move(line);
    for (; next_ < ready_.size() && ready_[next_]; ++next_) {
      out_ << ready_[next_]->dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
      ready_[next_].reset();
    }
  }
  bool is_complete() const { return next_ == ready_.size(); }

 private:
  std::ostream& out_;
  std::vector<std::optional<Json>> ready_;
  std::size_t next_ = 0;
};

int Finish(const OrderedWriter& writer, OutputStream& output) {
  output.Close();
  return writer.is_complete() ? kExitOk : kExitInterrupted;
}

GenerationRequest ToRequest(const JsonLine& line, const JsonlOptions& options,
                            const Engine& engine) {
  GenerationRequest request;
  request.prompt = engine.tokenizer().Encode(GetText(line, "prompt"));
  request.prompt.insert(request.prompt.begin(), engine.config().bos_token_id);
  if (const auto stop = line.fields.find("stop"); stop != line.fields.end() && !stop->is_null()) {
    const Json list = stop->is_array() ? *stop : Json::array({*stop});
    for (const Json& item : list) {
      if (!item.is_string() || item.get_ref<const std::string&>().empty()) {
        ThrowField(line, "stop", "a non-empty string or a list of them", stop->dump());
      }
      request.stop.push_back(item.get<std::string>());
    }
  }
  request.max_new_tokens = GetInteger(line, "max_tokens", options.max_new_tokens, 0);
  request.num_samples = GetInteger(line, "n", options.num_samples, 1, kMostSamples);
  request.sampling = {.temperature = GetNumber(line, "temperature", options.temperature),
                      .top_k = GetInteger(line, "top_k", options.top_k, 0),
                      .top_p = GetNumber(line, "top_p", options.top_p)};
  if (!(request.sampling.temperature >= 0))
    ThrowField(line, "temperature", "0 or more", line.fields.at("temperature").dump());
  if (!(request.sampling.top_p > 0 && request.sampling.top_p <= 1)) {
    ThrowField(line, "top_p", "a number in (0, 1]", line.fields.at("top_p").dump());
  }
  request.seed = static_cast<std::uint64_t>(GetInteger(line, "seed", options.seed, 0));
  request.key = StreamKey({line.fields.at("prompt").get_ref<const std::string&>()});
  const auto length = static_cast<std::int64_t>(request.prompt.size());
  if (request.max_new_tokens > engine.max_length() - length) {
    throw DataError(
        fmt::format("{}: expected prompt and completion within {} tokens, found a prompt of {} and "
                    "max_tokens {}",
                    line.where, engine.max_length(), length, request.max_new_tokens));
  }
  return request;
}

}  // namespace

int LoglikelihoodCommand(const JsonlOptions& options, std::istream& in, std::ostream& out,
                         std::ostream& err) {
  const InterruptGuard interrupt;
  InputStream input(options.input, in);
  OutputStream output(options.output, "--out", out);
  const std::vector<JsonLine> lines = ReadJsonLines(input.stream(), input.name());
  const LoadedModel model = LoadModel(options.model, options.quiet ? nullptr : &err, &err);
  const Engine& engine = *model.engine;
  const EncodeText encode = [&](std::string_view text) { return engine.tokenizer().Encode(text); };
  std::vector<ScoreRequest> requests;
  std::vector<bool> merges;
  for (const JsonLine& line : lines) {
    const std::string continuation = GetText(line, "continuation");
    if (continuation.empty()) ThrowField(line, "continuation", "some text", "an empty string");
    EncodedPair pair = EncodePair(encode, engine.config().bos_token_id, GetText(line, "context"),
                                  continuation, options.boundary);
    const auto length = static_cast<std::int64_t>(pair.context.size() + pair.continuation.size());
    if (length > engine.max_length() + 1) {
      throw DataError(
          fmt::format("{}: expected context and continuation within {} tokens, found {}",
                      line.where, engine.max_length() + 1, length));
    }
    requests.push_back({std::move(pair.context), std::move(pair.continuation)});
    merges.push_back(pair.boundary_merge);
  }
  OrderedWriter writer(output.stream(), lines.size());
  model.engine->Score(
      requests,
      [&](std::size_t index, ContinuationScore score) {
        Json line = lines[index].fields;
        line["logprob"] = score.logprob;
        line["num_tokens"] = requests[index].continuation.size();
        line["is_greedy"] = score.is_greedy;
        line["token_ids"] = requests[index].continuation;
        line["token_logprobs"] = score.token_logprobs;
        if (merges[index]) line["boundary_merge"] = true;
        writer.Put(index, std::move(line));
      },
      interrupt.token());
  return Finish(writer, output);
}

int GenerateCommand(const JsonlOptions& options, std::istream& in, std::ostream& out,
                    std::ostream& err) {
  const InterruptGuard interrupt;
  InputStream input(options.input, in);
  OutputStream output(options.output, "--out", out);
  const std::vector<JsonLine> lines = ReadJsonLines(input.stream(), input.name());
  const LoadedModel model = LoadModel(options.model, options.quiet ? nullptr : &err, &err);
  std::vector<GenerationRequest> requests;
  for (const JsonLine& line : lines) requests.push_back(ToRequest(line, options, *model.engine));
  OrderedWriter writer(output.stream(), lines.size());
  std::vector<Json> completions(lines.size());
  std::vector<std::int64_t> open;
  for (const GenerationRequest& request : requests) {
    completions[open.size()] = Json(static_cast<std::size_t>(request.num_samples), Json());
    open.push_back(request.num_samples);
  }
  model.engine->Generate(
      requests,
      [&](std::size_t index, std::int64_t sample, Generation generation) {
        completions[index][static_cast<std::size_t>(sample)] = {
            {"text", std::move(generation.text)},
            {"finish_reason", Name(generation.reason)},
            {"num_tokens", generation.tokens.size()}};
        if (--open[index] > 0) return;
        Json line = lines[index].fields;
        line["completions"] = std::move(completions[index]);
        writer.Put(index, std::move(line));
      },
      interrupt.token());
  return Finish(writer, output);
}

}  // namespace meval
