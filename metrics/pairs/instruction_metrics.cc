// How many checkable instructions a response follows (metrics/ifeval.h).

#include <algorithm>
#include <utility>

#include "metrics/ifeval.h"
#include "metrics/pairs/families.h"
#include "metrics/signature.h"

namespace meval::pairs {
namespace {

struct Level {
  std::string name;
  bool is_loose = false;
  bool is_of_prompt = false;  // all instructions of a prompt, or each by itself
};

// Statistics: what was followed, and of how many.
class InstructionMetric final : public PairMetric {
 public:
  explicit InstructionMetric(const Level& level)
      : PairMetric({{.name = level.name,
                     .unit = "fraction",
                     .highest = 1,
                     .is_mean = level.is_of_prompt}}),
        level_(level) {}

  std::size_t num_statistics() const override { return 2; }
  double Score(std::size_t /*score*/, std::span<const double> sums) const override {
    return sums[0] / sums[1];
  }
  bool has_gold_answers() const override { return false; }

  std::string SignatureOf(std::size_t /*score*/,
                          std::span<const AnswerPair> /*pairs*/) const override {
    return Signature()
        .Add("forms", level_.is_loose ? "loose" : "strict")
        .Add("of", level_.is_of_prompt ? "prompts" : "instructions")
        .Text();
  }

 protected:
  void CountPair(const AnswerPair& pair, std::span<double> statistics) const override {
    const std::string& response = pair.predictions[0];
    const std::string& request = pair.references[0];
    const std::vector<bool> followed = level_.is_loose ? CheckInstructions(response, request).loose
                                                       : StrictlyFollowed(response, request);
    const auto count = std::count(followed.begin(), followed.end(), true);
    const auto size = static_cast<std::ptrdiff_t>(followed.size());
    statistics[0] = level_.is_of_prompt ? (count == size ? 1 : 0) : static_cast<double>(count);
    statistics[1] = level_.is_of_prompt ? 1 : static_cast<double>(size);
  }

 private:
  Level level_;
};

}  // namespace

std::vector<Family> InstructionFamilies() {
  std::vector<Family> families;
  for (const bool is_of_prompt : {true, false}) {
    for (const bool is_loose : {false, true}) {
      const Level level = {std::string("ifeval_") + (is_of_prompt ? "prompt" : "inst") +
                               (is_loose ? "_loose" : "_strict"),
                           is_loose, is_of_prompt};
      const std::string title =
          std::string(is_of_prompt ? "prompts with all their instructions followed"
                                   : "instructions followed") +
          (is_loose ? ", lines at the ends and asterisks aside" : ", strictly") +
          "; the reference is what is asked (IFEval)";
      families.push_back(
          {{.name = level.name, .title = title, .scores = {level.name}, .parameters = {}},
           [level](const Parameters& /*none*/) -> std::unique_ptr<PairMetric> {
             return std::make_unique<InstructionMetric>(level);
           }});
    }
  }
  return families;
}

}  // namespace meval::pairs
