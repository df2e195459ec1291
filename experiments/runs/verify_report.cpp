#include "experiments/runs/verify_report.h"

#include <cstdio>

#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

std::string many(int count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

int VerifyReport::print(const std::string& run) const {
  for (const Finding& finding : findings) {
    std::printf("%s\n", Error(Fault::data, finding.rule).what());  // may be an error of several lines
    for (const auto& [name, value] : finding.facts)
      std::printf("    %s  %s\n", name.c_str(), without_controls(value).c_str());
  }
  if (!findings.empty()) {
    std::fprintf(stderr, "sandgrad: NOT verified: %s\n", without_controls(run).c_str());
    return static_cast<int>(Fault::data);
  }
  std::printf("verified: %s, %s, %s, bit-identical\n", many(steps, "step").c_str(),
              many(records, "record").c_str(), many(checkpoints, "checkpoint").c_str());
  std::printf("checked%s\n", whole ? "" : ", of these steps");
  std::printf(
      "    record.json: settings, data files (SHA-256), domains, tensors of weights; no unknown keys\n");
  std::printf("    metrics.jsonl: everything\n");
  std::printf(
      "    results.jsonl: everything but step_time, mem_gb, output_dir, data_dir, data_file, init_from\n");
  std::printf("    checkpoints: every number\n");
  if (end) std::printf("    done, weights.safetensors: everything\n");
  if (text) std::printf("    out.txt: everything but the lines about starts and stops\n");
  if (chain) std::printf("    the last chain: it is the expected one\n");
  std::printf("on trust\n");
  if (from_step >= 0) std::printf("    the checkpoint of step %d, and all before it\n", from_step);
  if (!end)
    std::printf(
        "    done, weights.safetensors: compared only if the run is finished and replayed to its end\n");
  if (!text) std::printf("    out.txt: compared only if the version that wrote it replays the whole run\n");
  std::printf(
      "    in record.json: sandgrad, commit, compiler, flags, kernels, threads, ranks, communication, cpu, "
      "data source\n");
  std::printf("    this program, its compiler and the CPU; --second-opinion asks another program\n");
  std::printf("    the content of the data files: only their hashes are compared\n");
  std::printf("    when and by whom the run was made, and which other runs were not shown\n");
  return 0;
}

}  // namespace sand::experiments
