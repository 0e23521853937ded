#include <cstdlib>

#include "evals/eval.h"
#include "tasks/digest.h"

namespace meval {
namespace {

// The ids as bytes: what was asked of the model, exactly.
std::string_view Bytes(const std::vector<TokenId>& tokens) {
  return {reinterpret_cast<const char*>(tokens.data()), tokens.size() * sizeof(TokenId)};
}

std::string ShortDigest(DigestBuilder& builder) { return builder.Finish().substr(0, 32); }

}  // namespace

std::string JournalKey(const ScoreRequest& request) {
  DigestBuilder builder;
  builder.Add("score").Add(Bytes(request.context)).Add(Bytes(request.continuation));
  return ShortDigest(builder);
}

std::string JournalKey(const GenerationRequest& request) {
  DigestBuilder builder;
  builder.Add("generate").Add(Bytes(request.prompt)).Add(std::to_string(request.max_new_tokens));
  for (const std::string& stop : request.stop) builder.Add(stop);
  builder.Add(std::to_string(request.sampling.temperature))
      .Add(std::to_string(request.sampling.top_p))
      .Add(std::to_string(request.sampling.top_k))
      .Add(std::to_string(request.seed))
      .Add(std::to_string(request.key));
  return ShortDigest(builder);
}

std::string JournalSampleKey(const std::string& key, std::int64_t sample) {
  return key + "#" + std::to_string(sample);
}

std::uint64_t StreamKey(std::initializer_list<std::string_view> identity) {
  DigestBuilder builder;
  for (const std::string_view part : identity) builder.Add(part);
  return std::strtoull(builder.Finish().substr(0, 16).c_str(), nullptr, 16);
}

std::string PromptDigest(const Prompt& prompt, const std::vector<std::string>& continuations) {
  DigestBuilder builder;
  builder.Add(prompt.Text());
  for (const std::string& continuation : continuations) builder.Add(continuation);
  return builder.Finish();
}

std::string HeadlineName(const EvalPlan& plan) {
  const ScoreDefinition& headline = plan.definition().headline();
  if (headline.metric != "maj_at_k") return headline.name;
  return "maj@" + std::to_string(plan.generation.num_samples);
}

SampleResult DescribeSample(const EvalPlan& plan, std::size_t document_index) {
  const Document& document = plan.data->documents[document_index];
  const Prompt& prompt = plan.prompts[document_index];
  SampleResult sample;
  sample.index = document.index;
  sample.id = document.id;
  sample.source = document.source;
  sample.digest = document.digest;
  sample.group = document.group;
  sample.question = document.question;
  sample.exemplars = prompt.exemplars;
  sample.gold = document.gold;
  sample.references = document.references;
  sample.scored = false;
  return sample;
}

}  // namespace meval
