#ifndef MEVAL_EVALS_GPU_CHECK_SPEED_REPORT_H_
#define MEVAL_EVALS_GPU_CHECK_SPEED_REPORT_H_

// The speeds of a report of `mistral-eval gpu-check`, as JSON and as Markdown.

#include <iosfwd>

#include <nlohmann/json.hpp>

#include "evals/gpu_check/report.h"

namespace meval::gpu_check {

nlohmann::ordered_json ToJson(const TargetLine& line);
nlohmann::ordered_json ToJson(const ModeCost& mode);
nlohmann::ordered_json ToJson(const LoadTime& loading);
nlohmann::ordered_json ToJson(const WorkloadTime& time);

// Targets, modes, loading and evaluations, where there are such.
void WriteSpeeds(const GpuCheckReport& report, std::ostream& out);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_SPEED_REPORT_H_
