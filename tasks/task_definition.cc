#include "tasks/task_definition.h"

#include <algorithm>
#include <stdexcept>

namespace meval {

const char* Name(RequestKind kind) {
  switch (kind) {
    case RequestKind::kLoglikelihood:
      return "loglikelihood";
    case RequestKind::kGeneration:
      return "generation";
    case RequestKind::kRolling:
      return "rolling";
  }
  return "?";
}

const char* Name(RollingProtocol protocol) {
  switch (protocol) {
    case RollingProtocol::kRolling:
      return "rolling";
    case RollingProtocol::kStride:
      return "stride";
    case RollingProtocol::kLlamaCpp:
      return "llamacpp";
  }
  return "?";
}

std::optional<RollingProtocol> ParseRollingProtocol(std::string_view name) {
  for (const RollingProtocol protocol :
       {RollingProtocol::kRolling, RollingProtocol::kStride, RollingProtocol::kLlamaCpp}) {
    if (name == Name(protocol)) return protocol;
  }
  return std::nullopt;
}

std::int64_t DefaultLength(RollingProtocol protocol) {
  if (protocol == RollingProtocol::kStride) return 2048;
  return protocol == RollingProtocol::kLlamaCpp ? 512 : 0;
}

std::int64_t ShortestLength(RollingProtocol protocol) {
  if (protocol == RollingProtocol::kStride) return 2;
  return protocol == RollingProtocol::kLlamaCpp ? 3 : 1;
}

const ScoreDefinition& TaskDefinition::headline() const {
  for (const ScoreDefinition& score : scores) {
    if (score.is_headline) return score;
  }
  throw std::logic_error("task \"" + name + "\" has no headline score");
}

bool TaskDefinition::asks_unconditional() const {
  return std::any_of(scores.begin(), scores.end(),
                     [](const ScoreDefinition& score) { return score.metric == "acc_pmi"; });
}

}  // namespace meval
