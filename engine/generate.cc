#include "engine/generate.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "engine/stop_matcher.h"
#include "kernels/check.h"
#include "kernels/sampling.h"

namespace meval {
namespace {

// A node whose last row is in the step, and whose samples draw their first tokens from it.
struct Start {
  NodeId node = kNoNode;
  std::size_t sequence = 0;    // of the walk's step
  std::size_t first_draw = 0;  // of its samples, in the order of requests and samples
};

// One sample on its way.
struct Sample {
  Sample(const Tokenizer& tokenizer, const GenerationRequest& spec, std::size_t request_index,
         std::int64_t sample_index)
      : request(request_index),
        sample(sample_index),
        text(tokenizer.Continue(spec.prompt)),
        stops(spec.stop) {}

  std::size_t request;
  std::int64_t sample;
  KvSequence cache;
  std::vector<TokenId> tokens;
  ContinuationText text;
  StopMatcher stops;
};

class Generator {
 public:
  Generator(Context& ctx, Mistral& model, KvCache& cache, const Tokenizer& tokenizer,
            const GenerationPlan& plan, const CostModel& cost,
            std::span<const GenerationRequest> requests, const Engine::GenerateDone& done,
            EngineStats& stats)
      : ctx_(ctx),
        model_(model),
        cache_(cache),
        tokenizer_(tokenizer),
        plan_(plan),
        cost_(cost),
        requests_(requests),
        done_(done),
        stats_(stats),
        window_(model.config().sliding_window),
        walk_(plan.tree, cache.pool(), window_) {
    cache.pool().ForgetPeak();
  }

  void Run(const std::stop_token& stop) {
    for (const std::size_t request : plan_.without_work) {
      for (std::int64_t i = 0; i < requests_[request].num_samples; ++i) done_(request, i, {});
    }
    while (!stop.stop_requested() && LayOutStep()) {
      const auto start = std::chrono::steady_clock::now();
      ToBatch(step_, batch_);
      model_.Forward(batch_, cache_);
      DrawTokens();
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      CountStep(elapsed.count());
      Advance();
      StartSamples();
      walk_.EndStep();
    }
    stats_.tokens_refed += walk_.num_refed();
    stats_.peak_pages = std::max(stats_.peak_pages, cache_.pool().peak_pages());
  }

 private:
  // One row of every running sample, then prompts. False: nothing is left to do.
  bool LayOutStep() {
    step_.Clear();
    logit_rows_.clear();
    starts_.clear();
    StartWaiting();
    for (Sample& sample : running_) {
      logit_rows_.push_back(step_.num_rows());
      const std::int64_t position = Position(sample);
      ReleaseBelowWindow(sample, position);
      sample.cache.Extend(1);
      step_.Append(std::span(sample.tokens).last(1), position, sample.cache);
    }
    // While samples of the current prompt wait, the walk stays where they fork from.
    if (waiting_.empty()) FeedPrompts();
    return step_.num_rows() > 0;
  }

  void FeedPrompts() {
    std::int64_t reserved = ReservedPages();
    std::int64_t rows = static_cast<std::int64_t>(running_.size());  // of steps to come
    for (;;) {
      while (step_.num_rows() < model_.max_tokens()) {
        if (walk_.node_is_fed() && (walk_.is_at_end() || !walk_.Enter(reserved, step_))) return;
        const std::int64_t room = model_.max_tokens() - step_.num_rows();
        if (walk_.Feed(room, reserved, step_).num_rows == 0) break;
        if (!walk_.node_is_fed() || plan_.RequestsAt(walk_.node()).empty()) continue;
        logit_rows_.push_back(step_.num_rows() - 1);
        starts_.push_back({walk_.node(), walk_.current(), 0});
        if (!Reserve(walk_.node(), rows, reserved)) return;
      }
      if (step_.num_rows() > 0) return;
      MEVAL_CHECK(walk_.GiveUpBranches(), "a step without rows leaves room for any prompt");
    }
  }

  // Sets a row and pages aside for every sample of a node. False if they do not all fit: then
  // nothing more may be begun before they have.
  bool Reserve(NodeId node, std::int64_t& rows, std::int64_t& reserved) const {
    for (const std::size_t request : plan_.RequestsAt(node)) {
      const std::int64_t draws = NumDraws(requests_[request]);
      rows += draws;
      reserved += draws * PagesPerSample(requests_[request], window_);
    }
    return rows <= model_.max_tokens() && reserved <= cache_.num_free_pages();
  }

  // Pages that running samples may still take.
  std::int64_t ReservedPages() const {
    std::int64_t reserved = 0;
    for (const Sample& sample : running_) {
      const GenerationRequest& request = requests_[sample.request];
      const auto prompt = static_cast<std::int64_t>(request.prompt.size());
      const std::span<const std::int32_t> pages = sample.cache.pages();
      const auto held = static_cast<std::int64_t>(pages.size());
      std::int64_t to_come = NumKvPages(prompt + request.max_new_tokens - 1) - held;
      if (window_ > 0) {
        // Of its own pages it gives back those below the window.
        const auto own = pages.subspan(static_cast<std::size_t>(prompt / kKvPageTokens));
        const auto live =
            std::count_if(own.begin(), own.end(), [](auto page) { return page >= 0; });
        to_come = std::min(to_come, NumWindowPages(window_) - static_cast<std::int64_t>(live));
      }
      reserved += to_come;
    }
    return reserved;
  }

  // Position of the token a sample feeds next: the latest one it drew.
  std::int64_t Position(const Sample& sample) const {
    return static_cast<std::int64_t>(requests_[sample.request].prompt.size() +
                                     sample.tokens.size()) -
           1;
  }

  // Gives back what the row at `position` is the first not to see, or does not see any more when
  // the sample begins.
  void ReleaseBelowWindow(Sample& sample, std::int64_t position) const {
    if (window_ == 0) return;
    const std::int64_t first_seen = std::max<std::int64_t>(0, position - window_ + 1);
    if (first_seen % kKvPageTokens != 0 && sample.tokens.size() > 1) return;
    for (std::int64_t page = 0; page < first_seen / kKvPageTokens; ++page) {
      sample.cache.ReleasePage(page);
    }
  }

  // Draws one token for each running sample and the first token of each sample of a start.
  void DrawTokens() {
    draw_rows_.clear();
    params_.clear();
    keys_.clear();
    for (std::size_t i = 0; i < running_.size(); ++i) {
      AddDraw(i, running_[i].request, running_[i].sample, running_[i].tokens.size());
    }
    for (std::size_t i = 0; i < starts_.size(); ++i) {
      starts_[i].first_draw = draw_rows_.size();
      for (const std::size_t request : plan_.RequestsAt(starts_[i].node)) {
        for (std::int64_t s = 0; s < NumDraws(requests_[request]); ++s) {
          AddDraw(running_.size() + i, request, s, 0);
        }
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

  void AddDraw(std::size_t logit_row, std::size_t request, std::int64_t sample, std::size_t step) {
    const GenerationRequest& spec = requests_[request];
    draw_rows_.push_back(logit_row);
    params_.push_back(spec.sampling);
    keys_.push_back({spec.seed, spec.key, static_cast<std::uint32_t>(sample),
                     static_cast<std::uint32_t>(step)});
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
    const std::int64_t rows = step_.num_rows();
    const double decode_share = static_cast<double>(running_.size()) / static_cast<double>(rows);
    stats_.tokens_fed += rows;
    stats_.rows_scored += static_cast<std::int64_t>(logit_rows_.size());
    stats_.tokens_generated += static_cast<std::int64_t>(drawn_.size());
    stats_.decode_seconds += seconds * decode_share;
    stats_.prefill_seconds += seconds * (1 - decode_share);
    stats_.work.Add(cost_.StepWork(step_, static_cast<std::int64_t>(logit_rows_.size())));
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

  // Samples of the prompts that this step finished: each has its first token and, if that was not
  // its last, goes on from the prompt's pages now or as soon as there is room.
  void StartSamples() {
    for (const Start& start : starts_) {
      std::size_t draw = start.first_draw;
      for (const std::size_t request : plan_.RequestsAt(start.node)) {
        for (std::int64_t s = 0; s < NumDraws(requests_[request]); ++s, ++draw) {
          Sample sample(tokenizer_, requests_[request], request, s);
          if (Accept(sample, drawn_[draw])) continue;
          if (waiting_.empty() && HasRoom(sample)) {
            Begin(std::move(sample), walk_.sequence(start.sequence));
          } else {
            waiting_.push_back(std::move(sample));
          }
        }
      }
    }
  }

  // All waiting samples are of the prompt the walk stands at.
  void StartWaiting() {
    while (!waiting_.empty()) {
      if (!HasRoom(waiting_.front())) {
        if (!running_.empty()) return;
        MEVAL_CHECK(walk_.GiveUpBranches(), "where nothing runs there is room for a sample");
        continue;
      }
      Begin(std::move(waiting_.front()), walk_.sequence(walk_.current()));
      waiting_.pop_front();
    }
  }

  bool HasRoom(const Sample& sample) const {
    return static_cast<std::int64_t>(running_.size()) < model_.max_tokens() &&
           ReservedPages() + PagesPerSample(requests_[sample.request], window_) <=
               cache_.num_free_pages();
  }

  void Begin(Sample sample, const KvSequence& prompt) {
    sample.cache = prompt.Fork(static_cast<std::int64_t>(requests_[sample.request].prompt.size()));
    running_.push_back(std::move(sample));
  }

  // Appends a token; true if it was the sample's last, which is then reported. The model may have
  // more rows of vocabulary than the tokenizer has ids (padding of the embedding); those give no
  // text.
  bool Accept(Sample& sample, TokenId token) {
    const GenerationRequest& request = requests_[sample.request];
    const std::vector<std::int32_t>& eos = model_.config().eos_token_ids;
    if (std::find(eos.begin(), eos.end(), token) != eos.end()) {
      Finish(sample, StopReason::kEos);
      return true;
    }
    sample.tokens.push_back(token);
    if (token < tokenizer_.vocab_size()) sample.text.Append(token);
    if (!request.stop.empty() && sample.stops.Find(sample.text.text())) {
      Finish(sample, StopReason::kStopString);
      return true;
    }
    if (static_cast<std::int64_t>(sample.tokens.size()) == request.max_new_tokens) {
      Finish(sample, StopReason::kLength);
      return true;
    }
    return false;
  }

  void Finish(const Sample& sample, StopReason reason) {
    const GenerationRequest& request = requests_[sample.request];
    Generation generation;
    generation.text = sample.text.Final();
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
  const GenerationPlan& plan_;
  const CostModel& cost_;
  std::span<const GenerationRequest> requests_;
  const Engine::GenerateDone& done_;
  EngineStats& stats_;
  std::int64_t window_;

  TreeWalk walk_;
  std::vector<Sample> running_;
  std::deque<Sample> waiting_;  // with their first token, for rows or pages to go on

  // This step. Logit rows are those of the running samples, then those of the starts.
  Step step_;
  TokenBatch batch_;
  std::vector<std::int64_t> logit_rows_;
  std::vector<Start> starts_;
  std::vector<std::size_t> draw_rows_;  // per draw, index into logit_rows_
  std::vector<SamplingParams> params_;
  std::vector<SamplingKey> keys_;
  std::vector<TokenId> drawn_;
};

}  // namespace

void ExecuteGenerationPlan(Context& ctx, Mistral& model, KvCache& cache, const Tokenizer& tokenizer,
                           const GenerationPlan& plan, const CostModel& cost,
                           std::span<const GenerationRequest> requests,
                           const Engine::GenerateDone& done, std::stop_token stop,
                           EngineStats& stats) {
  Generator(ctx, model, cache, tokenizer, plan, cost, requests, done, stats).Run(stop);
}

}  // namespace meval
