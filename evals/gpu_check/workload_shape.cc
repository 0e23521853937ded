#include "evals/gpu_check/workload_shape.h"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "evals/throughput.h"
#include "metrics/python_random.h"
#include "tasks/error.h"

namespace meval::gpu_check {
namespace {

using Json = nlohmann::json;
using Tokens = std::vector<TokenId>;

constexpr TokenId kBeginOfSequence = 1;

std::int64_t Sum(const std::vector<LengthCount>& counts) {
  std::int64_t sum = 0;
  for (const LengthCount& count : counts) sum += count.times;
  return sum;
}

std::vector<LengthCount> ToCounts(const Json& pairs) {
  std::vector<LengthCount> counts;
  for (const Json& pair : pairs) {
    const LengthCount count = {pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>()};
    if (count.tokens < 1 || count.times < 1) {
      throw DataError(fmt::format("expected [tokens, times] of at least 1, found {}", pair.dump()));
    }
    counts.push_back(count);
  }
  if (counts.empty()) throw DataError("expected at least one [tokens, times], found none");
  return counts;
}

WorkloadShape ToShape(const Json& json) {
  WorkloadShape shape;
  shape.name = json.at("name").get<std::string>();
  shape.title = json.at("title").get<std::string>();
  for (const Json& group : json.at("groups")) {
    const auto prefix = group.at("prefix").get<std::int64_t>();
    if (prefix < 1) throw DataError(fmt::format("prefix: expected at least 1, found {}", prefix));
    shape.groups.push_back({prefix, ToCounts(group.at("suffixes"))});
  }
  const bool is_scored = json.contains("choices");
  if (is_scored) {
    shape.choices = json.at("choices").get<std::int64_t>();
    shape.continuations = ToCounts(json.at("continuations"));
  } else {
    shape.samples = json.at("samples").get<std::int64_t>();
    shape.new_tokens = ToCounts(json.at("new_tokens"));
  }
  const std::int64_t each = is_scored ? shape.choices : 1;
  const std::int64_t lengths = Sum(is_scored ? shape.continuations : shape.new_tokens);
  if (lengths != each * shape.num_documents()) {
    throw DataError(fmt::format("expected {} lengths for {} documents, found {}",
                                each * shape.num_documents(), shape.num_documents(), lengths));
  }
  return shape;
}

// Every length as often as it is there, in random order.
std::vector<std::int64_t> Dealt(const std::vector<LengthCount>& counts, PythonRandom& random) {
  std::vector<std::int64_t> lengths;
  for (const LengthCount& count : counts) {
    lengths.insert(lengths.end(), static_cast<std::size_t>(count.times), count.tokens);
  }
  random.Shuffle(lengths);
  return lengths;
}

// Group and tokens behind its prefix.
struct Document {
  std::size_t group = 0;
  std::int64_t suffix = 0;
};

std::vector<Document> DocumentsOf(const WorkloadShape& shape) {
  std::vector<Document> documents;
  for (std::size_t g = 0; g < shape.groups.size(); ++g) {
    for (const LengthCount& count : shape.groups[g].suffixes) {
      documents.insert(documents.end(), static_cast<std::size_t>(count.times), {g, count.tokens});
    }
  }
  return documents;
}

// Makes texts one after the other; none is like another.
class RandomTexts {
 public:
  RandomTexts(std::int64_t vocab_size, std::int64_t seed)
      : vocab_size_(vocab_size), seed_(static_cast<std::uint64_t>(seed)) {}

  Tokens Next(std::int64_t count) { return BenchTokens(count, vocab_size_, ++seed_); }

 private:
  std::int64_t vocab_size_;
  std::uint64_t seed_;
};

Tokens Joined(Tokens begin, const Tokens& end) {
  begin.insert(begin.end(), end.begin(), end.end());
  return begin;
}

std::vector<Tokens> PrefixesOf(const WorkloadShape& shape, RandomTexts& texts) {
  std::vector<Tokens> prefixes;
  for (const PromptGroup& group : shape.groups) {
    prefixes.push_back(Joined({kBeginOfSequence}, texts.Next(group.prefix - 1)));
  }
  return prefixes;
}

// Places of the documents that are asked, ascending.
std::vector<std::int64_t> Picks(std::int64_t size, std::int64_t limit, PythonRandom& random) {
  if (limit > 0 && limit < size) {
    std::vector<std::int64_t> picks = random.Sample(size, limit);
    std::sort(picks.begin(), picks.end());
    return picks;
  }
  std::vector<std::int64_t> picks(static_cast<std::size_t>(size));
  std::iota(picks.begin(), picks.end(), 0);
  return picks;
}

}  // namespace

std::int64_t WorkloadShape::num_documents() const {
  std::int64_t documents = 0;
  for (const PromptGroup& group : groups) documents += Sum(group.suffixes);
  return documents;
}

std::vector<WorkloadShape> ReadWorkloadShapes(const std::filesystem::path& file) {
  std::vector<WorkloadShape> shapes;
  try {
    std::ifstream in(file, std::ios::binary);
    const Json whole = Json::parse(in);
    for (const Json& json : whole.at("workloads")) shapes.push_back(ToShape(json));
  } catch (const Json::exception& error) {
    throw DataError(file.string() + ": " + error.what());
  } catch (const DataError& error) {
    throw DataError(
        fmt::format("{}: workload {}: {}", file.string(), shapes.size() + 1, error.what()));
  }
  return shapes;
}

ShapedRequests MakeRequests(const WorkloadShape& shape, std::int64_t limit, std::int64_t vocab_size,
                            std::int64_t seed) {
  PythonRandom random(seed);
  RandomTexts texts(vocab_size, seed);
  const std::vector<Document> documents = DocumentsOf(shape);
  const std::vector<Tokens> prefixes = PrefixesOf(shape, texts);
  const std::vector<std::int64_t> lengths =
      Dealt(shape.choices > 0 ? shape.continuations : shape.new_tokens, random);
  ShapedRequests requests;
  for (const std::int64_t pick :
       Picks(static_cast<std::int64_t>(documents.size()), limit, random)) {
    const Document& document = documents[static_cast<std::size_t>(pick)];
    const Tokens prompt = Joined(prefixes[document.group], texts.Next(document.suffix));
    ++requests.documents;
    for (std::int64_t c = 0; c < shape.choices; ++c) {
      const std::int64_t length = lengths[static_cast<std::size_t>(pick * shape.choices + c)];
      requests.scores.push_back({prompt, texts.Next(length)});
    }
    if (shape.choices > 0) continue;
    GenerationRequest request;
    request.prompt = prompt;
    request.max_new_tokens = lengths[static_cast<std::size_t>(pick)];
    request.num_samples = shape.samples;
    request.sampling = {.temperature = 0.6, .top_p = 0.95};
    request.seed = static_cast<std::uint64_t>(seed);
    request.key = static_cast<std::uint64_t>(pick);
    requests.generations.push_back(std::move(request));
  }
  return requests;
}

}  // namespace meval::gpu_check
