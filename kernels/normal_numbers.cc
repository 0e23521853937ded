#include "kernels/normal_numbers.h"

#include "kernels/check.h"
#include "kernels/cpu/ops.h"

namespace meval {

void NormalNumbers(CpuPath path, std::uint64_t seed, std::uint64_t stream,
                   std::uint64_t first_block, double stddev, std::span<float> out) {
  MEVAL_REQUIRE(out.size() % 4 == 0,
                "expected a multiple of 4 numbers, found " + std::to_string(out.size()));
  cpu::OpsOf(path).normal_numbers(seed, stream, first_block, stddev,
                                  static_cast<std::int64_t>(out.size() / 4), out.data());
}

}  // namespace meval
