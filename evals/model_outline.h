#ifndef MEVAL_EVALS_MODEL_OUTLINE_H_
#define MEVAL_EVALS_MODEL_OUTLINE_H_

// A model without its weights: configuration and tokenizer, read in a moment. Enough to tokenise a
// run and to say what it will cost:
//
//   const PlannedTasks planned(options);
//   const ModelOutline outline = ModelOutline::Load(options.model);
//   for (const EvalPlan& plan : planned.plans()) {
//     const EncodedTask task = EncodeTask(plan, outline, 2);
//     ...
//   }

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "engine/model_config.h"
#include "engine/tokenizer.h"
#include "evals/run_options.h"
#include "evals/text_encoder.h"

namespace meval {

class ModelOutline : public TextEncoder {
 public:
  // Of the model that `options` name. Throws ModelError or UsageError.
  static ModelOutline Load(const ModelOptions& options);

  const ModelConfig& config() const { return config_; }
  const Tokenizer& tokenizer() const { return tokenizer_; }

  std::vector<TokenId> Encode(std::string_view text) const override;
  TokenId bos_id() const override { return config_.bos_token_id; }
  std::int64_t max_length() const override { return max_length_; }

  // Requests made with this outline are asked of `engine`. Throws std::logic_error if the two
  // disagree on BOS or length.
  void CheckMatches(const Engine& engine) const;

 private:
  ModelOutline(ModelConfig config, Tokenizer tokenizer, std::int64_t max_length);
  ModelConfig config_;
  Tokenizer tokenizer_;
  std::int64_t max_length_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_MODEL_OUTLINE_H_
