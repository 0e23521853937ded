#ifndef MEVAL_TESTS_SUPPORT_SANDBOX_OR_SKIP_H_
#define MEVAL_TESTS_SUPPORT_SANDBOX_OR_SKIP_H_

// Sandboxes need bubblewrap and a kernel (or a container) that grants user namespaces. Tests that
// run programs say SKIPPED, and why, where there are none.

#include <memory>
#include <string>

#include "sandbox/sandbox.h"

namespace meval::testing {

// The program's one sandbox; null where there is none, with the reason.
inline const Sandbox* FindSandbox(std::string& reason) {
  struct Found {
    std::unique_ptr<const Sandbox> sandbox;
    std::string reason;
  };
  static const Found kFound = [] {
    Found found;
    try {
      found.sandbox = std::make_unique<const Sandbox>();
    } catch (const SandboxError& error) {
      found.reason = error.what();
    }
    return found;
  }();
  reason = kFound.reason;
  return kFound.sandbox.get();
}

}  // namespace meval::testing

// Use at the top of a TEST body: a Sandbox, or the test is skipped.
#define MEVAL_SANDBOX_OR_SKIP(variable)                                                        \
  std::string variable##_reason;                                                               \
  const ::meval::Sandbox* variable##_found = ::meval::testing::FindSandbox(variable##_reason); \
  if (variable##_found == nullptr) GTEST_SKIP() << variable##_reason;                          \
  [[maybe_unused]] const ::meval::Sandbox& variable = *variable##_found

#endif  // MEVAL_TESTS_SUPPORT_SANDBOX_OR_SKIP_H_
