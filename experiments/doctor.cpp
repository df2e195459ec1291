// `sandgrad doctor`: one block to paste into a bug report, with hashes that tell whether this machine computes our bits.
#include <cstdio>
#include <string>

#include "domains/spirals.h"
#include "experiments/bits.h"
#include "experiments/commands.h"
#include "experiments/training.h"
#include "tensor/kernels/kernels.h"
#include "tensor/numerics.h"

namespace sand::experiments {

int doctor_command(const DoctorOptions& options) {
  const Threads threads(options.threads);
  if (options.bits) {
    std::fputs(bits(threads).c_str(), stdout);
    return 0;
  }
  std::string tables;
  int count = 0;
  const kernels::Table* const* list = kernels::tables(&count);
  for (int i = 0; i < count; ++i) tables += (i ? ", " : "") + std::string(list[i]->name);

  RunRequest request;
  request.hparams = R"({"batch_size": 64})";
  request.steps = 20;
  request.record_every = 20;
  const Settings settings = settle(request);
  const Outcome run = train(settings, domains::Spirals({.examples = 128, .test_examples = 64}), threads, {});

  std::printf("sandgrad       %s (%s)\n", SANDGRAD_VERSION, sizeof(Scalar) == 8 ? "double" : "float");
  std::printf("compiler       %s\n", __VERSION__);
#ifdef __clang__
  std::printf("               clang\n");
#endif
  std::printf("kernels        %s (this CPU runs %s)\n", kernels::chosen().name, tables.c_str());
  std::printf("numerics       version %d\n", kNumericsVersion);
  std::printf("threads        %d\n", threads.count());
  std::printf("20-step hash   %s\n", run.fingerprint.c_str());
  std::printf("CNN hash       %s\n", cnn_bits(threads).c_str());
  return 0;
}

}  // namespace sand::experiments
