#include "evals/encoded_task.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "evals/flags.h"
#include "evals/prompt_encoder.h"
#include "evals/rolling_windows.h"
#include "tasks/digest.h"
#include "tasks/error.h"

namespace meval {
namespace {

// Calls work(i) for every i in [0, count) on threads of its own. Indices are handed out ascending,
// so of several failures the one with the lowest index is always among those seen: it is rethrown,
// whatever the number of threads.
void ForEach(std::size_t count, int num_threads, const std::stop_token& stop,
             const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> has_failed = false;
  std::mutex mutex;
  std::size_t failed_index = count;
  std::exception_ptr failure;
  const auto loop = [&] {
    while (!has_failed && !stop.stop_requested()) {
      const std::size_t i = next++;
      if (i >= count) return;
      try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        has_failed = true;
        if (i < failed_index) {
          failed_index = i;
          failure = std::current_exception();
        }
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i < num_threads; ++i) threads.emplace_back(loop);
    loop();
  }
  if (failure) std::rethrow_exception(failure);
}

// The ids as bytes: what was asked of the model, exactly.
std::string_view Bytes(const std::vector<TokenId>& tokens) {
  return {reinterpret_cast<const char*>(tokens.data()), tokens.size() * sizeof(TokenId)};
}

std::string ShortDigest(DigestBuilder& builder) { return builder.Finish().substr(0, 32); }

// One document's choices: requests, and their keys.
struct KeyedChoices {
  EncodedChoices encoded;
  std::vector<std::string> keys;
  // The choices behind the document's unconditional context; none where it has none.
  std::vector<ScoreRequest> unconditional;
  std::vector<std::string> unconditional_keys;
};

DigestBuilder DigestOfContext(const std::vector<TokenId>& context) {
  DigestBuilder builder;
  builder.Add("score").Add(Bytes(context));
  return builder;
}

// The JournalKey of a request with a context that was digested.
std::string KeyBehind(DigestBuilder context, const std::vector<TokenId>& continuation) {
  context.Add(Bytes(continuation));
  return ShortDigest(context);
}

// Choices mostly have one context, which is long and digested once.
std::vector<std::string> KeysOf(const std::vector<ScoreRequest>& requests) {
  std::vector<std::string> keys;
  for (std::size_t begin = 0; begin < requests.size(); begin = keys.size()) {
    const std::vector<TokenId>& context = requests[begin].context;
    const DigestBuilder digest = DigestOfContext(context);
    for (std::size_t i = begin; i < requests.size() && requests[i].context == context; ++i) {
      keys.push_back(KeyBehind(digest, requests[i].continuation));
    }
  }
  return keys;
}

std::vector<std::string> ScoredTexts(const EvalPlan& plan, const Document& document,
                                     const Prompt& prompt) {
  std::vector<std::string> texts;
  for (const std::string& choice : document.choices) {
    texts.push_back(ScoredText(plan.definition(), prompt, choice));
  }
  return texts;
}

// A few words and a choice: there is nothing to cut.
std::vector<ScoreRequest> EncodeUnconditional(const EvalPlan& plan, const TextEncoder& encoder,
                                              const Document& document) {
  Prompt prompt;
  prompt.question = *document.unconditional_context;
  return EncodeChoices(encoder, document, prompt, ScoredTexts(plan, document, prompt),
                       {.truncation = TruncationPolicy::kError, .boundary = plan.encode.boundary})
      .requests;
}

KeyedChoices EncodeDocument(const EvalPlan& plan, const TextEncoder& encoder, std::size_t slot) {
  const std::size_t index = plan.selected[slot];
  const Document& document = plan.data->documents[index];
  const Prompt& prompt = plan.prompts[index];
  KeyedChoices choices;
  choices.encoded =
      EncodeChoices(encoder, document, prompt, ScoredTexts(plan, document, prompt), plan.encode);
  choices.keys = KeysOf(choices.encoded.requests);
  if (document.unconditional_context) {
    choices.unconditional = EncodeUnconditional(plan, encoder, document);
    choices.unconditional_keys = KeysOf(choices.unconditional);
  }
  return choices;
}

void DescribeChoices(const Document& document, const EncodedChoices& encoded,
                     SampleResult& sample) {
  sample.truncated = encoded.truncated;
  for (const bool merge : encoded.boundary_merges) {
    sample.boundary_merge = sample.boundary_merge || merge;
  }
  for (std::size_t choice = 0; choice < document.choices.size(); ++choice) {
    const auto num_tokens = static_cast<std::int64_t>(encoded.requests[choice].continuation.size());
    sample.choices.push_back({.text = document.choices[choice], .num_tokens = num_tokens});
    if (!document.choice_prefixes.empty()) {
      sample.choices.back().prefix = document.choice_prefixes[choice];
    }
    if (document.unconditional_context) sample.choices.back().unconditional_logprob = 0;
  }
}

// Requests of a task as they are made; equal ones are listed once.
class RequestList {
 public:
  explicit RequestList(EncodedTask& task) : task_(task) {}

  void Add(ScoreRequest request, std::string key, EncodedTask::Place place) {
    const auto [entry, is_new] =
        request_of_key_.emplace(std::move(key), task_.score_requests.size());
    if (is_new) {
      task_.score_requests.push_back(std::move(request));
      task_.keys.push_back(entry->first);
      task_.places.emplace_back();
    }
    task_.places[entry->second].push_back(place);
    ++task_.num_requests;
  }

 private:
  EncodedTask& task_;
  std::unordered_map<std::string, std::size_t> request_of_key_;
};

void EncodeScores(const EvalPlan& plan, const TextEncoder& encoder, int num_threads,
                  const std::stop_token& stop, EncodedTask& task) {
  std::vector<KeyedChoices> documents(plan.selected.size());
  ForEach(documents.size(), num_threads, stop,
          [&](std::size_t slot) { documents[slot] = EncodeDocument(plan, encoder, slot); });
  if (stop.stop_requested()) return;
  RequestList list(task);
  for (std::size_t slot = 0; slot < documents.size(); ++slot) {
    KeyedChoices& choices = documents[slot];
    DescribeChoices(plan.data->documents[plan.selected[slot]], choices.encoded, task.samples[slot]);
    for (std::size_t choice = 0; choice < choices.keys.size(); ++choice) {
      list.Add(std::move(choices.encoded.requests[choice]), std::move(choices.keys[choice]),
               {slot, choice});
    }
    for (std::size_t choice = 0; choice < choices.unconditional.size(); ++choice) {
      list.Add(std::move(choices.unconditional[choice]),
               std::move(choices.unconditional_keys[choice]), {slot, choice, true});
    }
  }
}

std::int64_t RollingLength(const EvalPlan& plan, std::int64_t max_length) {
  const std::int64_t length = plan.definition().rolling.length;
  if (length > max_length) {
    throw UsageError(fmt::format(
        "task \"{}\" cuts windows of {} tokens: expected at most the model's length, {}. Use a "
        "longer --max-length or a shorter window",
        plan.definition().name, length, max_length));
  }
  return length == 0 ? max_length : length;
}

// A set of which nothing can be scored has no perplexity: better said before the model works.
void RequireWindows(const EvalPlan& plan, const EncodedTask& task, std::int64_t length) {
  if (task.num_requests > 0) return;
  std::int64_t longest = 0;
  for (const SampleResult& sample : task.samples) {
    longest = std::max(longest, sample.rolling->num_tokens);
  }
  const std::string& where = plan.data->files.front().path.string();
  if (longest == 0) throw DataError(where + ": expected some text to score, found no token");
  // A chunk holds the BOS too.
  throw DataError(fmt::format(
      "{}: the protocol {} cuts chunks of {} tokens; expected a text of at least {}, found {}. "
      "Choose a shorter length or the protocol rolling",
      where, Name(plan.definition().rolling.protocol), length, length - 1, longest));
}

void EncodeTexts(const EvalPlan& plan, const TextEncoder& encoder, int num_threads,
                 const std::stop_token& stop, EncodedTask& task) {
  const std::int64_t length = RollingLength(plan, encoder.max_length());
  task.window_length = length;
  std::vector<std::vector<ScoreRequest>> windows(plan.selected.size());
  ForEach(windows.size(), num_threads, stop, [&](std::size_t slot) {
    const Document& document = plan.data->documents[plan.selected[slot]];
    const std::vector<TokenId> tokens = encoder.Encode(plan.prompts[plan.selected[slot]].question);
    windows[slot] =
        RollingWindows(tokens, encoder.bos_id(), plan.definition().rolling.protocol, length);
    RollingResult rolling{.logprob = 0,
                          .num_words = document.num_words,
                          .num_bytes = document.num_bytes,
                          .num_tokens = static_cast<std::int64_t>(tokens.size()),
                          .windows = {}};
    for (const ScoreRequest& window : windows[slot]) {
      rolling.windows.push_back(
          {.num_tokens = static_cast<std::int64_t>(window.continuation.size())});
    }
    task.samples[slot].rolling = std::move(rolling);
  });
  if (stop.stop_requested()) return;
  RequestList list(task);
  for (std::size_t slot = 0; slot < windows.size(); ++slot) {
    for (std::size_t window = 0; window < windows[slot].size(); ++window) {
      std::string key = JournalKey(windows[slot][window]);
      list.Add(std::move(windows[slot][window]), std::move(key), {slot, window});
    }
  }
  RequireWindows(plan, task, length);
}

void EncodeGenerations(const EvalPlan& plan, const TextEncoder& encoder, int num_threads,
                       const std::stop_token& stop, EncodedTask& task) {
  const GenerationDefinition& settings = plan.generation;
  task.generation_requests.resize(plan.selected.size());
  task.keys.resize(plan.selected.size());
  ForEach(plan.selected.size(), num_threads, stop, [&](std::size_t slot) {
    const std::size_t index = plan.selected[slot];
    const Document& document = plan.data->documents[index];
    EncodedPrompt encoded = EncodeGenerationPrompt(encoder, document, plan.prompts[index],
                                                   settings.max_new_tokens, plan.encode);
    task.generation_requests[slot] = {.prompt = std::move(encoded.tokens),
                                      .stop = plan.until(),
                                      .max_new_tokens = settings.max_new_tokens,
                                      .num_samples = settings.num_samples,
                                      .sampling = {.temperature = settings.temperature,
                                                   .top_k = settings.top_k,
                                                   .top_p = settings.top_p},
                                      .seed = static_cast<std::uint64_t>(plan.seed),
                                      .key = StreamKey({plan.definition().name, document.id})};
    task.keys[slot] = JournalKey(task.generation_requests[slot]);
    task.samples[slot].truncated = encoded.truncated;
    task.samples[slot].completions.resize(static_cast<std::size_t>(settings.num_samples));
  });
  task.num_requests = static_cast<std::int64_t>(plan.selected.size()) * settings.num_samples;
}

}  // namespace

std::string JournalKey(const ScoreRequest& request) {
  return KeyBehind(DigestOfContext(request.context), request.continuation);
}

std::string JournalKey(const GenerationRequest& request) {
  DigestBuilder builder;
  builder.Add("generate").Add(Bytes(request.prompt)).Add(std::to_string(request.max_new_tokens));
  for (const std::string& stop : request.stop) builder.Add(stop);
  builder
      .Add(fmt::format("{} {} {}", request.sampling.temperature, request.sampling.top_p,
                       request.sampling.top_k))
      .Add(std::to_string(request.seed))
      .Add(std::to_string(request.key));
  return ShortDigest(builder);
}

std::string JournalSampleKey(const std::string& key, std::int64_t sample) {
  return key + "#" + std::to_string(sample);
}

EncodedTask EncodeTask(const EvalPlan& plan, const TextEncoder& encoder, int num_threads,
                       std::stop_token stop) {
  EncodedTask task;
  task.samples.reserve(plan.selected.size());
  for (std::size_t slot = 0; slot < plan.selected.size(); ++slot) {
    task.samples.push_back(DescribeSample(plan, slot));
  }
  switch (plan.definition().request) {
    case RequestKind::kLoglikelihood:
      EncodeScores(plan, encoder, num_threads, stop, task);
      break;
    case RequestKind::kRolling:
      EncodeTexts(plan, encoder, num_threads, stop, task);
      break;
    case RequestKind::kGeneration:
      EncodeGenerations(plan, encoder, num_threads, stop, task);
      break;
  }
  return task;
}

}  // namespace meval
