#include "experiments/explain/second_opinion.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "experiments/training/parameter_file.h"
#include "tensor/kernels/kernels.h"
#include "tensor/safetensors.h"

extern char** environ;

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;

/// Reads the other program's floats as this program's type.
std::vector<Scalar> numbers(const Safetensors& file, const std::string& name, std::size_t count) {
  const StoredTensor* stored = file.find(name);
  check(stored != nullptr && stored->dtype == Dtype::f32 && stored->bytes.size() == count * sizeof(float),
        [&] {
          return Error(Fault::data, "second opinion: the update does not fit the run")
              .fact("tensor", name)
              .fact("expected", std::to_string(count) + " floats");
        });
  std::vector<float> read(count);
  std::memcpy(read.data(), stored->bytes.data(), stored->bytes.size());
  return std::vector<Scalar>(read.begin(), read.end());
}

void add(Safetensors& file, const std::string& name, std::span<const Scalar> block) {
  file.add(name, TensorView(block.data(), {static_cast<Index>(block.size())}));
}

}  // namespace

SecondOpinion::SecondOpinion() {
  std::error_code failure;
  program_ = fs::read_symlink("/proc/self/exe", failure).replace_filename("sandgrad64");
  check(!failure && fs::exists(program_), [&] {
    return Error(Fault::missing, "second opinion: sandgrad64 must be in the same directory as sandgrad")
        .fact("looked for", program_.string())
        .hint("copy or link the sandgrad64 of the same build to this path");
  });
  std::string name = (fs::temp_directory_path(failure) / "sandgrad-XXXXXX").string();
  check(!failure && mkdtemp(name.data()) != nullptr, [&] {
    return Error(Fault::io, "second opinion: cannot make a temporary folder")
        .fact("path", name)
        .fact("reason", std::strerror(errno));
  });
  folder_ = name;
}

SecondOpinion::~SecondOpinion() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void SecondOpinion::add(const TrainingState& before, const Training& after) {
  Safetensors file;
  experiments::add(file, "weights", before.weights);
  for (std::size_t i = 0; i < before.optimizer.size(); ++i)
    experiments::add(file, "state" + std::to_string(i), before.optimizer[i]);
  write_doubles(file, "combiner_state", before.carried);
  write_doubles(file, "objective_state", before.objective);
  for (int domain = 0; domain < after.loop().gradients().domains(); ++domain)
    experiments::add(file, "g" + std::to_string(domain), after.loop().gradients().row(domain));
  const std::int64_t counts[] = {before.step, before.losses};
  file.add("counts", std::span<const std::int64_t>(counts));
  char name[32];
  std::snprintf(name, sizeof name, "%09d.safetensors", before.step);
  file.write((folder_ / name).string());
}

int SecondOpinion::ask(const std::string& run, const std::string& data_dir) const {
  std::vector<std::string> words = {program_.string(), "verify", run, "--opinion-on", folder_.string()};
  if (!data_dir.empty()) words.insert(words.end(), {"--data-dir", data_dir});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string kernels = "SANDGRAD_KERNELS=reference";
  std::vector<char*> environment = {kernels.data()};
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (std::strncmp(*variable, "SANDGRAD_KERNELS=", 17) != 0) environment.push_back(*variable);
  environment.push_back(nullptr);
  std::fflush(stdout);
  pid_t child = 0;
  const int failure =
      posix_spawn(&child, program_.c_str(), nullptr, nullptr, arguments.data(), environment.data());
  check(failure == 0, [&] {
    return Error(Fault::io, "second opinion: sandgrad64 cannot be started")
        .fact("reason", std::strerror(failure));
  });
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void give_second_opinion(const fs::path& folder, Training& run) {
  const Parameters& parameters = run.loop().model().parameters;
  const std::size_t weights = static_cast<std::size_t>(parameters.size());
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::printf("second opinion, in double with %s kernels: largest |g - g'| of all domains / largest |g'|\n",
              kernels::chosen().name);
  for (const fs::path& path : files) {
    const Safetensors file = Safetensors::read(path.string());
    const std::vector<std::int64_t> counts = file.integers("counts");
    check(counts.size() == 2,
          [] { return Error(Fault::data, "second opinion: counts must be two numbers"); });
    TrainingState state;
    state.step = static_cast<int>(counts[0]);
    state.optimizer_steps = run.loop().optimizer_steps_after(state.step);
    state.losses = static_cast<int>(counts[1]);
    state.weights = numbers(file, "weights", weights);
    for (std::size_t i = 0; i < run.loop().optimizer().state().size(); ++i)
      state.optimizer.push_back(numbers(file, "state" + std::to_string(i), weights));
    state.carried = read_doubles(file, "combiner_state");
    state.objective = read_doubles(file, "objective_state");
    run.restore(state);
    run.update();
    const GradientTable& g = run.loop().gradients();
    std::vector<std::vector<Scalar>> theirs;
    for (int domain = 0; domain < g.domains(); ++domain)
      theirs.push_back(numbers(file, "g" + std::to_string(domain), weights));
    for (const Slot& slot : parameters.slots()) {
      double apart = 0, largest = 0;
      for (int domain = 0; domain < g.domains(); ++domain)
        for (Index j = slot.offset; j < slot.offset + slot.shape.size(); ++j) {
          const double ours = static_cast<double>(g.row(domain)[static_cast<std::size_t>(j)]);
          apart = std::max(
              apart,
              std::abs(ours - static_cast<double>(
                                  theirs[static_cast<std::size_t>(domain)][static_cast<std::size_t>(j)])));
          largest = std::max(largest, std::abs(ours));
        }
      std::printf("    step %6d  %-16s %.2g\n", state.step, slot.name.c_str(),
                  largest > 0 ? apart / largest : apart);
    }
  }
}

}  // namespace sand::experiments
