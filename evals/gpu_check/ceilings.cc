#include "evals/gpu_check/ceilings.h"

#include <fmt/format.h>

#include "kernels/attention_forms.h"
#include "kernels/ceiling.h"

namespace meval::gpu_check {

std::vector<CeilingMeasurement> CeilingsOf(Context& device) {
  constexpr double kTera = 1e12;
  std::vector<CeilingMeasurement> ceilings;
  ceilings.push_back({"read", [&device] {
                        return fmt::format("{:.2f} TB/s", MeasureReadBandwidth(device) / kTera);
                      }});
  ceilings.push_back({"copy", [&device] {
                        return fmt::format("{:.2f} TB/s, read and written",
                                           MeasureCopyBandwidth(device) / kTera);
                      }});
  ceilings.push_back({"bf16 products", [&device] {
                        return fmt::format("{:.1f} TFLOP/s, random numbers",
                                           MeasureMatmulRate(device, DType::kBF16) / kTera);
                      }});
  for (const std::string& form : AttentionForms(device)) {
    ceilings.push_back({"attention by " + form, [&device, form] {
                          const AttentionSizes sizes = AttentionSizesFor(device.traits());
                          return fmt::format("{:.1f} TFLOP/s, {} tokens of one sequence",
                                             MeasureAttentionRate(device, form, sizes) / kTera,
                                             sizes.num_rows);
                        }});
  }
  return ceilings;
}

}  // namespace meval::gpu_check
