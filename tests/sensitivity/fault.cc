#include "tests/sensitivity/fault.h"

#include <cstdlib>
#include <iostream>

namespace meval::sensitivity {
namespace {

Fault FromEnvironment() {
  const char* const name = std::getenv("MEVAL_FAULT");
  if (name == nullptr) return Fault::kNone;
  for (const FaultInfo& info : kFaults) {
    if (info.name == name) return info.fault;
  }
  std::cerr << "MEVAL_FAULT: no fault is called \"" << name << "\"\n";
  std::exit(2);
}

}  // namespace

bool Is(Fault fault) {
  static const Fault planted = FromEnvironment();
  return fault == planted;
}

}  // namespace meval::sensitivity
