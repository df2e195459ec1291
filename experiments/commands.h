// The commands of the program, as functions of their options: main.cpp fills the options in, and nothing else
// knows about flags. Each returns the exit code, or throws Error, whose fault is the exit code.
#pragma once

#include <string>
#include <vector>

#include "experiments/settings.h"

namespace sand::experiments {

struct TrainOptions {
  RunRequest request;
  std::string output_dir;  ///< "" keeps nothing
  bool fresh = false;
  int threads = 0;
  bool json = false;
};
int train_command(const TrainOptions& options);

struct DemoOptions {
  int threads = 0;
};
int demo_command(const DemoOptions& options);

struct BenchOptions {
  std::string bench_case = "ilc", algorithm = "SANDMask", phase = "train", convolution = "winograd";
  int threads = 0, steps = 100;
  int domains = 0, rows = 0;  ///< 0: those of the case
  bool kernels = false;       ///< the ladder of convolutions instead of a case
  bool json = false;
};
int bench_command(const BenchOptions& options);
int bench_kernels(bool json);  ///< --kernels

struct StepOptions {
  std::string model, activation = "relu", convolution = "winograd", algorithm = "SANDMask", hparams;
  std::string in, out;
  bool slots = false, allow_closed = false;
  int threads = 0;
};
int step_command(const StepOptions& options);

struct DataShowOptions {
  DataRequest request;
  std::string out = "grid.png";
  int examples = 16;     ///< in a row
  bool augment = false;  ///< as they are trained on in step 0
};
int data_show_command(const DataShowOptions& options);

struct DoctorOptions {
  int threads = 0;
  bool bits = false;  ///< only the hashes of experiments/bits.h
};
int doctor_command(const DoctorOptions& options);

}  // namespace sand::experiments
