// `sandgrad doctor`: one block to paste into a bug report. Its hashes show whether this machine computes the
// expected bits.
#include <cstdio>
#include <string>

#include "domains/spirals.h"
#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/training/bits.h"
#include "experiments/training/training.h"
#include "tensor/available_cores.h"
#include "tensor/error.h"
#include "tensor/kernels/kernels.h"
#include "tensor/numerics.h"

namespace sand::experiments {
namespace {

struct DoctorOptions {
  int threads = 0;
  bool bits = false;  ///< only the hashes of experiments/training/bits.h
};

int doctor(const DoctorOptions& options) {
  const Threads threads(options.threads);
  if (options.bits) {
    std::fputs(bits(threads).c_str(), stdout);
    return 0;
  }
  std::string tables;
  int count = 0;
  const kernels::Table* const* list = kernels::tables(&count);
  for (int i = 0; i < count; ++i) tables += (i ? ", " : "") + std::string(list[i]->name);

  std::printf("sandgrad       %s (%s)\n", SANDGRAD_VERSION, sizeof(Scalar) == 8 ? "double" : "float");
  std::printf("compiler       %s\n", __VERSION__);
#ifdef __clang__
  std::printf("               clang\n");
#endif
  std::printf("kernels        %s (this CPU runs %s)\n", kernels::chosen().name, tables.c_str());
  std::printf("numerics       version %d\n", kNumericsVersion);
  std::printf("threads        %d (%s)\n", threads.count(),
              options.threads > 0 ? "--threads" : available_cores().limit.c_str());
  RunRequest request;
  request.hparams_json = R"({"batch_size": 64})";
  request.steps = 20;
  request.record_every = 20;
  std::string mlp, cnn;
  Fault fault{};
  try {
    mlp = train(resolve(request), domains::Spirals({.examples = 128, .test_examples = 64}), threads, {})
              .fingerprint;
    cnn = cnn_bits(threads);
  } catch (const Error& error) {  // the error belongs in the report, too
    (mlp.empty() ? mlp : cnn) = std::string("none: ") + error.what();
    fault = error.fault();
  }
  std::printf("20-step hash   %s\n", mlp.c_str());
  std::printf("CNN hash       %s\n", cnn.c_str());
  return static_cast<int>(fault);
}

}  // namespace

void add_doctor(Command& command) {
  static DoctorOptions o;
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.flag(
      "--bits", o.bits,
      "print only the hashes of short runs, which are the same on every machine (tests/golden/bits.txt)");
  command.run([] { return doctor(o); });
}

}  // namespace sand::experiments
