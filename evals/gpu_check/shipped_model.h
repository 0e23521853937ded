#ifndef MEVAL_EVALS_GPU_CHECK_SHIPPED_MODEL_H_
#define MEVAL_EVALS_GPU_CHECK_SHIPPED_MODEL_H_

// The shipped model on a device, beside its goldens.

#include <filesystem>
#include <iosfwd>
#include <stop_token>

#include "evals/gpu_check/model_agreement.h"
#include "kernels/context.h"

namespace meval::gpu_check {

// Asks the device and the cpu the shipped questions (evals/gpu_check/sample_questions.h). Throws
// DataError where the goldens are those of other questions, ModelError or DeviceError.
ModelAgreement CompareShippedModel(Context& device, const std::stop_token& stop);

// Asks the cpu, in f32, and writes its answers as the goldens; says so on `out`.
void WriteGoldensOfTheCpu(const std::filesystem::path& file, std::ostream& out);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_SHIPPED_MODEL_H_
