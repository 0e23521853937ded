#ifndef MEVAL_ENGINE_SELFTEST_DEVICE_CASES_H_
#define MEVAL_ENGINE_SELFTEST_DEVICE_CASES_H_

// Random cases of a device's ops beside the cpu's, by families of ops. Each counts itself in the
// checks of engine/selftest/device_proof.cc.

#include <cstdint>
#include <initializer_list>
#include <string>

#include "engine/selftest.h"
#include "engine/selftest/check_list.h"
#include "engine/selftest/device_tensor.h"
#include "engine/selftest/random.h"
#include "kernels/context.h"

namespace meval::selftest {

struct DeviceSubject {
  Context& device;
  Context& cpu;
  CheckList& checks;

  void Add(const char* name, const std::string& shape, const Comparison& comparison) const {
    checks.AddError(name, comparison.share,
                    comparison.failure.empty() ? "" : shape + ": " + comparison.failure);
  }
  // Beside "device.guards", whether `found` is clean outside.
  void Add(const char* name, const std::string& shape, DeviceTensor& found, const Floats& expected,
           const Tolerance& tolerance) const {
    Add(name, shape, Compare(expected, found.Read(), tolerance));
    AddGuards(name, shape, found);
  }
  // The same where every bit is to be that of the cpu.
  void AddExact(const char* name, const std::string& shape, const Floats& expected,
                const Floats& found) const;
  void AddGuards(const char* name, const std::string& shape, const DeviceTensor& found) const {
    checks.Add("device.guards", found.IsCleanOutside() ? "" : std::string(name) + ", " + shape);
  }
};

// "3 x 64 bf16".
std::string ShapeText(std::initializer_list<std::int64_t> extents, DType dtype);

// device_row_cases.cc: what is done to rows one by one.
void CheckRmsNorm(const DeviceSubject& subject, Random& random, DType dtype);
void CheckSiluMul(const DeviceSubject& subject, Random& random, DType dtype);
void CheckResidualAdd(const DeviceSubject& subject, Random& random);
void CheckEmbedding(const DeviceSubject& subject, Random& random, DType dtype);
void CheckGather(const DeviceSubject& subject, Random& random, DType dtype);
void CheckPages(const DeviceSubject& subject, Random& random);

// device_product_cases.cc.
void CheckGemm(const DeviceSubject& subject, Random& random, DType dtype);
// The kernel for very few rows, which the fast mode has: the subject's device is in that mode.
void CheckGemv(const DeviceSubject& subject, Random& random, DType dtype);

// device_attention_cases.cc.
void CheckAttention(const DeviceSubject& subject, Random& random, DType dtype);
// Of many sequences that begin with the same pages: as many as a device of this size takes the
// shared ones once for.
void CheckCascade(const DeviceSubject& subject, Random& random, DType dtype);

// device_logits_cases.cc.
void CheckLogprobs(const DeviceSubject& subject, Random& random);
void CheckSampling(const DeviceSubject& subject, Random& random);
void CheckLogits(const DeviceSubject& subject, const SelftestOptions& options, std::uint64_t seed,
                 DType dtype);

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_DEVICE_CASES_H_
