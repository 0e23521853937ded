#ifndef MEVAL_ENGINE_SELFTEST_KERNEL_PROOF_H_
#define MEVAL_ENGINE_SELFTEST_KERNEL_PROOF_H_

#include <vector>

#include "engine/selftest.h"
#include "engine/selftest/check_list.h"
#include "engine/selftest/kernel_cases.h"

namespace meval::selftest {

// What the proof of the kernels consists of.
CheckList KernelChecks(std::string_view only);

// Runs each case by every code path and on 1, 2 and 4 threads and adds what becomes of it.
std::vector<SelftestCheck> ProveKernels(const SelftestOptions& options, const KernelSet& kernels);

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_KERNEL_PROOF_H_
