// The commands of the program, as functions of their options: main.cpp fills the options in, and nothing else
// knows about flags. Each returns the exit code, or throws Error, whose fault is the exit code.
#pragma once

#include <string>
#include <vector>

#include "experiments/setup/settings.h"

namespace sand::experiments {

struct TrainOptions {
  RunRequest request;
  std::string output_dir;  ///< "" keeps nothing
  bool fresh = false, no_lock = false;
  int checkpoint_every = 0;  ///< steps; 0: whenever accuracies are measured
  int threads = 0;
  bool json = false;
};
int train_command(const TrainOptions& options);

struct VerifyOptions {
  std::string run;                   ///< a run directory
  std::string data_dir;              ///< "" where the record says
  int from_step = -1, to_step = -1;  ///< -1: from the beginning, to the end
  int threads = 0;
  bool second_opinion = false;
  std::string expect_chain;  ///< of the last record, 64 hexadecimal digits; "" expects none
  std::string opinion_on;    ///< of sandgrad64: a folder with updates of sandgrad
};
int verify_command(const VerifyOptions& options);

struct InspectOptions {
  std::string run;       ///< a run directory
  std::string data_dir;  ///< "" where the record says
  int step = -1;
  std::vector<std::string> weights;  ///< 'linear1.weight[12,40]'
  std::string layer, heat_map;       ///< a tensor of weights, and where its picture goes
  int threads = 0;
  bool json = false;
};
int inspect_command(const InspectOptions& options);

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
  std::vector<std::string> explain;     ///< weights whose explanation is told
  std::string explain_layer, heat_map;  ///< a slot; a PNG
  bool slots = false, allow_closed = false, decoupled_decay = false, mask_update = false;
  bool json = false;  ///< of the explanations
  int threads = 0;
};
int step_command(const StepOptions& options);

struct TraceOptions {
  std::string model, activation = "relu", convolution = "winograd";
  int rows = 2;
};
int trace_command(const TraceOptions& options);

struct DataShowOptions {
  DataRequest request;
  std::string out = "grid.png";
  int examples = 16;     ///< in a row
  bool augment = false;  ///< as they are trained on in step 0
};
int data_show_command(const DataShowOptions& options);

struct DoctorOptions {
  int threads = 0;
  bool bits = false;  ///< only the hashes of experiments/training/bits.h
};
int doctor_command(const DoctorOptions& options);

}  // namespace sand::experiments
