#include "engine/generate.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "engine/prefill.h"
#include "engine/prefix_order.h"
#include "engine/stop_matcher.h"
#include "kernels/check.h"
#include "kernels/sampling.h"

namespace meval {
namespace {

// Samples of one request that start together, once its prompt is fed.
struct Job {
  std::size_t request = 0;
  std::int64_t first_sample = 0;
  std::int64_t num_samples = 0;
  std::int64_t shared = 0;  // prompt tokens shared with the job before
};

// A job whose prompt is in the batch up to its last token.
struct Start {
  Job job;
  std::size_t sequence = 0;    // of the prefill's step
  std::int64_t row = 0;        // of the prompt's last token
  std::size_t first_draw = 0;  // its samples' first tokens
};

// One sample on its way. The model may have more rows of vocabulary than the tokenizer has ids
// (padding of the embedding); those give no text.
struct Sample {
  Sample(const Tokenizer& tokenizer, const GenerationRequest& spec, std::size_t request_index,
         std::int64_t sample_index)
      : request(request_index), sample(sample_index), stops(spec.stop) {
    std::copy_if(spec.prompt.begin(), spec.prompt.end(), std::back_inserter(text_prompt),
                 [&](TokenId id) { return id < tokenizer.vocab_size(); });
  }

  std::size_t request;
  std::int64_t sample;
  KvSequence cache;  // with room for every token that may come
  std::vector<TokenId> tokens;
  std::vector<TokenId> text_prompt;  // ids that have a text
  std::vector<TokenId> text_tokens;
  StopMatcher stops;
};

class Generator {
 public:
  Generator(Context& ctx, Mistral& model, KvCache& cache, const Tokenizer& tokenizer,
            std::span<const GenerationRequest> requests, const Engine::GenerateDone& done,
            std::stop_token stop, EngineStats& stats)
      : ctx_(ctx),
        model_(model),
        cache_(cache),
        tokenizer_(tokenizer),
        requests_(requests),
        done_(done),
        stop_(std::move(stop)),
        stats_(stats),
        prefill_(cache) {}

  void Run(bool share_prefixes) {
    PlanJobs(share_prefixes);
    while (!stop_.stop_requested() && FillBatch()) {
      const auto start = std::chrono::steady_clock::now();
      model_.Forward(batch_, cache_);
      DrawTokens();
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      CountStep(elapsed.count());
      Advance();
      StartSamples();
      prefill_.EndStep();
    }
  }

 private:
  // Jobs in prefix order. A request whose samples do not all fit at once becomes several jobs; at
  // temperature 0 all samples are the same one.
  void PlanJobs(bool share_prefixes) {
    std::vector<TokenPath> prompts;
    for (const GenerationRequest& request : requests_) prompts.emplace_back(request.prompt);
    const PrefixOrder order = OrderByPrefix(prompts, share_prefixes);
    for (std::size_t i = 0; i < order.order.size(); ++i) {
      const std::size_t index = order.order[i];
      const std::int64_t prompt_size = prompts[index].size();
      const std::int64_t num_draws =
          requests_[index].sampling.temperature == 0 ? 1 : requests_[index].num_samples;
      const std::int64_t capacity = MaxSamples(requests_[index]);
      // The last prompt token is always fed: its row predicts the first new token.
      std::int64_t shared = std::min(order.shared[i], prompt_size - 1);
      for (std::int64_t first = 0; first < num_draws; first += capacity) {
        jobs_.push_back({index, first, std::min(capacity, num_draws - first), shared});
        if (share_prefixes) shared = prompt_size - 1;
      }
    }
  }

  // Pages a sample takes beyond the full pages of its prompt. The last token is never fed.
  static std::int64_t PagesPerSample(const GenerationRequest& request) {
    const auto prompt_size = static_cast<std::int64_t>(request.prompt.size());
    if (request.max_new_tokens == 1) return 0;
    return NumKvPages(prompt_size + request.max_new_tokens - 1) - prompt_size / kKvPageTokens;
  }

  // How many samples of a request fit an otherwise empty step.
  std::int64_t MaxSamples(const GenerationRequest& request) const {
    const std::int64_t prompt_pages = NumKvPages(static_cast<std::int64_t>(request.prompt.size()));
    const std::int64_t per_sample = PagesPerSample(request);
    if (prompt_pages + per_sample > cache_.num_pages()) {
      throw DeviceError("a request of " + std::to_string(request.prompt.size()) +
                        " prompt tokens and up to " + std::to_string(request.max_new_tokens) +
                        " new ones takes " + std::to_string(prompt_pages + per_sample) +
                        " KV pages of " + std::to_string(kKvPageTokens) + " positions; there are " +
                        std::to_string(cache_.num_pages()) +
                        ". Give more KV memory, fewer shots or a smaller number of new tokens.");
    }
    std::int64_t samples = model_.max_tokens();
    if (per_sample > 0) {
      samples = std::min(samples, (cache_.num_pages() - prompt_pages) / per_sample);
    }
    return samples;
  }

  // One row of every running sample, then prompts. False: nothing is left to do.
  bool FillBatch() {
    batch_.Clear();
    logit_rows_.clear();
    starts_.clear();
    for (const Sample& sample : running_) {
      logit_rows_.push_back(batch_.num_rows());
      const auto& prompt = requests_[sample.request].prompt;
      const auto position = static_cast<std::int64_t>(prompt.size() + sample.tokens.size()) - 1;
      batch_.Append(std::span(sample.tokens).last(1), position, sample.cache);
    }
    while (batch_.num_rows() < model_.max_tokens()) {
      if (prefill_.finished() && !BeginNextJob()) break;
      prefill_.Feed(model_.max_tokens() - batch_.num_rows(), batch_);
      if (prefill_.finished()) {
        logit_rows_.push_back(batch_.num_rows() - 1);
        starts_.push_back({jobs_[next_job_ - 1], prefill_.current(), batch_.num_rows() - 1});
      }
    }
    return batch_.num_rows() > 0;
  }

  // A job begins when its samples have a row each in the steps to come and pages to their end.
  bool BeginNextJob() {
    if (next_job_ == jobs_.size()) return false;
    const Job& job = jobs_[next_job_];
    const GenerationRequest& request = requests_[job.request];
    const std::int64_t rows =
        static_cast<std::int64_t>(running_.size()) + promised_samples_ + job.num_samples;
    const std::int64_t pages = promised_pages_ + job.num_samples * PagesPerSample(request);
    if (rows > model_.max_tokens()) return false;
    if (!prefill_.Begin(TokenPath(request.prompt), job.shared, pages, batch_)) {
      MEVAL_CHECK(batch_.num_rows() > 0, "an empty batch leaves room for any job");
      return false;
    }
    promised_samples_ += job.num_samples;
    promised_pages_ = pages;
    ++next_job_;
    return true;
  }

  // Draws one token for each running sample and the first token of each sample that starts.
  void DrawTokens() {
    draw_rows_.clear();
    params_.clear();
    keys_.clear();
    const auto add = [&](std::size_t logit_row, std::size_t request, std::int64_t sample,
                         std::size_t step) {
      const GenerationRequest& spec = requests_[request];
      draw_rows_.push_back(logit_row);
      params_.push_back(spec.sampling);
      keys_.push_back({spec.seed, spec.key, static_cast<std::uint32_t>(sample),
                       static_cast<std::uint32_t>(step)});
    };
    for (std::size_t i = 0; i < running_.size(); ++i) {
      add(i, running_[i].request, running_[i].sample, running_[i].tokens.size());
    }
    for (std::size_t i = 0; i < starts_.size(); ++i) {
      const Job& job = starts_[i].job;
      starts_[i].first_draw = draw_rows_.size();
      for (std::int64_t s = 0; s < job.num_samples; ++s) {
        add(running_.size() + i, job.request, job.first_sample + s, 0);
      }
    }
    drawn_.resize(draw_rows_.size());
    std::size_t draw = 0;
    const auto chunk = static_cast<std::size_t>(model_.max_logit_rows());
    for (std::size_t first = 0; first < logit_rows_.size(); first += chunk) {
      const std::size_t end = std::min(first + chunk, logit_rows_.size());
      const TensorView logits = model_.Logits(std::span(logit_rows_).subspan(first, end - first));
      while (draw < draw_rows_.size() && draw_rows_[draw] < end) {
        draw += DrawRun(logits, first, draw);
      }
    }
  }

  // Draws from the longest run of consecutive rows that begins with `draw`: samples that start from
  // one prompt read the same row one after the other. `logits` holds rows from `first_row` on.
  std::size_t DrawRun(TensorView logits, std::size_t first_row, std::size_t draw) {
    const auto begin = static_cast<std::int64_t>(draw_rows_[draw] - first_row);
    std::size_t count = 1;
    while (draw + count < draw_rows_.size() &&
           draw_rows_[draw + count] == draw_rows_[draw] + count &&
           begin + static_cast<std::int64_t>(count) < logits.rows()) {
      ++count;
    }
    SampleTokens(ctx_, logits.Rows(begin, static_cast<std::int64_t>(count)),
                 std::span(params_).subspan(draw, count), std::span(keys_).subspan(draw, count),
                 std::span(drawn_).subspan(draw, count));
    return count;
  }

  void CountStep(double seconds) {
    const std::int64_t rows = batch_.num_rows();
    const double decode_share = static_cast<double>(running_.size()) / static_cast<double>(rows);
    stats_.tokens_fed += rows;
    stats_.rows_scored += static_cast<std::int64_t>(logit_rows_.size());
    stats_.tokens_generated += static_cast<std::int64_t>(drawn_.size());
    stats_.decode_seconds += seconds * decode_share;
    stats_.prefill_seconds += seconds * (1 - decode_share);
  }

  // Gives each running sample its token; those that end leave at once.
  void Advance() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < running_.size(); ++i) {
      if (Accept(running_[i], drawn_[i])) continue;
      if (kept != i) running_[kept] = std::move(running_[i]);
      ++kept;
    }
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(kept), running_.end());
  }

  // Samples of the prompts that this step finished: each has its first token, and a place in the
  // cache to go on from if that was not its last.
  void StartSamples() {
    for (const Start& start : starts_) {
      const Job& job = start.job;
      const GenerationRequest& request = requests_[job.request];
      for (std::int64_t s = 0; s < job.num_samples; ++s) {
        Sample sample(tokenizer_, request, job.request, job.first_sample + s);
        if (Accept(sample, drawn_[start.first_draw + static_cast<std::size_t>(s)])) continue;
        sample.cache = prefill_.sequence(start.sequence)
                           .Fork(static_cast<std::int64_t>(request.prompt.size()));
        sample.cache.Extend(request.max_new_tokens - 1);
        running_.push_back(std::move(sample));
      }
      promised_samples_ -= job.num_samples;
      promised_pages_ -= job.num_samples * PagesPerSample(request);
    }
  }

  // Appends a token; true if it was the sample's last, which is then reported.
  bool Accept(Sample& sample, TokenId token) {
    const GenerationRequest& request = requests_[sample.request];
    const std::vector<std::int32_t>& eos = model_.config().eos_token_ids;
    if (std::find(eos.begin(), eos.end(), token) != eos.end()) {
      Finish(sample, StopReason::kEos);
      return true;
    }
    sample.tokens.push_back(token);
    if (token < tokenizer_.vocab_size()) sample.text_tokens.push_back(token);
    if (!request.stop.empty() && sample.stops.Find(Text(sample, /*final_text=*/false))) {
      Finish(sample, StopReason::kStopString);
      return true;
    }
    if (static_cast<std::int64_t>(sample.tokens.size()) == request.max_new_tokens) {
      Finish(sample, StopReason::kLength);
      return true;
    }
    return false;
  }

  // The prompt is decoded along, so that a first piece keeps its space.
  std::string Text(const Sample& sample, bool final_text) const {
    return tokenizer_.DecodeContinuation(sample.text_prompt, sample.text_tokens, final_text);
  }

  void Finish(const Sample& sample, StopReason reason) {
    const GenerationRequest& request = requests_[sample.request];
    Generation generation;
    generation.text = Text(sample, /*final_text=*/true);
    generation.tokens = sample.tokens;
    generation.reason = reason;
    if (const auto cut = StopMatcher(request.stop).Find(generation.text)) {
      generation.text.resize(*cut);
      generation.reason = StopReason::kStopString;
    }
    const std::int64_t num_same = request.sampling.temperature == 0 ? request.num_samples : 1;
    const auto fed = static_cast<std::int64_t>(request.prompt.size() + sample.tokens.size()) -
                     (reason == StopReason::kEos ? 0 : 1);
    stats_.tokens_requested += num_same * fed;
    for (std::int64_t i = 0; i < num_same; ++i) {
      done_(sample.request, sample.sample + i, generation);
    }
  }

  Context& ctx_;
  Mistral& model_;
  KvCache& cache_;
  const Tokenizer& tokenizer_;
  std::span<const GenerationRequest> requests_;
  const Engine::GenerateDone& done_;
  std::stop_token stop_;
  EngineStats& stats_;

  std::vector<Job> jobs_;
  std::size_t next_job_ = 0;
  Prefill prefill_;
  std::int64_t promised_samples_ = 0;  // of jobs begun whose samples have not started
  std::int64_t promised_pages_ = 0;    // for them
  std::vector<Sample> running_;

  // This step. Logit rows are those of the running samples, then those of the starts.
  TokenBatch batch_;
  std::vector<std::int64_t> logit_rows_;
  std::vector<Start> starts_;
  std::vector<std::size_t> draw_rows_;  // per draw, index into logit_rows_
  std::vector<SamplingParams> params_;
  std::vector<SamplingKey> keys_;
  std::vector<TokenId> drawn_;
};

}  // namespace

void GenerateRequests(Context& ctx, Mistral& model, KvCache& cache, const Tokenizer& tokenizer,
                      std::span<const GenerationRequest> requests, bool share_prefixes,
                      const Engine::GenerateDone& done, std::stop_token stop, EngineStats& stats) {
  Generator(ctx, model, cache, tokenizer, requests, done, std::move(stop), stats)
      .Run(share_prefixes);
}

}  // namespace meval
