#ifndef MEVAL_ENGINE_SELFTEST_DEVICE_PROOF_H_
#define MEVAL_ENGINE_SELFTEST_DEVICE_PROOF_H_

#include <vector>

#include "engine/selftest.h"

namespace meval::selftest {

// CheckDevice of engine/selftest.h, without the checks of its options.
std::vector<SelftestCheck> ProveDevice(const SelftestOptions& options);

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_DEVICE_PROOF_H_
