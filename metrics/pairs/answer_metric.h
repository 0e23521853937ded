#ifndef MEVAL_METRICS_PAIRS_ANSWER_METRIC_H_
#define MEVAL_METRICS_PAIRS_ANSWER_METRIC_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "metrics/pairs/families.h"
#include "metrics/signature.h"

namespace meval::pairs {

// A mean of right (1) and wrong (0): whether an answer matches one of the references.
class AnswerMetric final : public MeanMetric {
 public:
  using Match =
      std::function<bool(const std::string& prediction, std::span<const std::string> references)>;
  using Fields = std::vector<std::pair<std::string, std::string>>;

  // `fields`: of the signature, behind nrefs.
  AnswerMetric(const std::string& name, Match match, Fields fields)
      : MeanMetric({{.name = name, .unit = "fraction", .highest = 1}}),
        match_(std::move(match)),
        fields_(std::move(fields)) {}

  std::string SignatureOf(std::size_t /*score*/, std::span<const AnswerPair> pairs) const override {
    Signature signature;
    signature.Add("nrefs", ReferenceField(pairs));
    for (const auto& [key, value] : fields_) signature.Add(key, value);
    return signature.Text();
  }

 protected:
  void ScorePair(const AnswerPair& pair, std::span<double> scores) const override {
    scores[0] = match_(pair.predictions[0], pair.references) ? 1 : 0;
  }

 private:
  Match match_;
  Fields fields_;
};

// Whether `matches` holds for one of the references.
template <typename Matches>
AnswerMetric::Match AnyReference(Matches matches) {
  return [matches = std::move(matches)](const std::string& prediction,
                                        std::span<const std::string> references) {
    return std::any_of(references.begin(), references.end(), [&](const std::string& reference) {
      return matches(prediction, reference);
    });
  };
}

}  // namespace meval::pairs

#endif  // MEVAL_METRICS_PAIRS_ANSWER_METRIC_H_
