#include "tasks/define/parse_definition.h"
#include "tasks/nearest_name.h"

namespace meval::tasks {
namespace {

RollingProtocol ParseProtocol(const DefinitionValue& value) {
  const std::string name = value.String();
  if (const auto protocol = ParseRollingProtocol(name)) return *protocol;
  value.Fail("expected one of rolling, stride, llamacpp, found " + Quoted(name) +
             DidYouMean(name, {"rolling", "stride", "llamacpp"}));
}

}  // namespace

void ParseRolling(DefinitionObject& object, TaskDefinition& definition) {
  if (definition.request != RequestKind::kRolling) return;
  if (definition.default_shots > 0) object.Get("shots").Fail("a rolling task shows no exemplars");
  RollingDefinition& rolling = definition.rolling;
  const auto value = object.Find("rolling");
  if (!value) return;
  DefinitionObject settings(*value);
  if (const auto protocol = settings.Find("protocol")) rolling.protocol = ParseProtocol(*protocol);
  rolling.length =
      settings.Integer("length", ShortestLength(rolling.protocol), DefaultLength(rolling.protocol));
  settings.Finish();
}

}  // namespace meval::tasks
