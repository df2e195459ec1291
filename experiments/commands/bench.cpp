// `sandgrad bench`: the time of one update on random data. The data are made before the clock starts.
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "domains/domain.h"
#include "experiments/commands/bench_kernels.h"
#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/models.h"
#include "experiments/training/evaluation.h"
#include "experiments/training/watch.h"
#include "nn/objectives.h"
#include "optim/optimizers/adam.h"
#include "tensor/kernels/kernels.h"
#include "tensor/names.h"
#include "tensor/random.h"

namespace sand::experiments {
namespace {

struct BenchOptions {
  std::string bench_case = "ilc", algorithm = "SANDMask", combiner, phase = "train", convolution = "winograd";
  int threads = 0, steps = 100;
  int domains = 0, rows = 0;  ///< 0: those of the case
  bool kernels = false;       ///< time the convolution kernels instead of a case
  bool json = false;
};

struct Case {
  const char* name;
  const char* model;
  int domains, rows;  // rows of every domain
};

constexpr Case kCases[] = {{"ilc", "mlp:18-256-256-256-2", 16, 64},
                           {"irm", "mlp:392-390-390-2", 2, 512},
                           {"mnist", "MNIST_CNN:2x28x28-2", 2, 64},
                           {"pacs", "SmallCNN:3x64x64-7", 3, 32}};

Case case_named(const std::string& name) {
  std::vector<std::string> names;
  for (const Case& it : kCases) names.emplace_back(it.name);
  const std::string found = find_name("case", name, names);
  return *std::find_if(std::begin(kCases), std::end(kCases),
                       [&](const Case& it) { return it.name == found; });
}

Batch random_batch(const Case& bench, const Model& model) {
  Batch batch;
  Random random(1);
  for (int domain = 0; domain < bench.domains; ++domain) {
    DomainRows& rows = batch.domains.emplace_back();
    rows.inputs = Tensor({bench.rows, model.example.size()});
    for (Scalar& number : rows.inputs.span().numbers()) number = static_cast<Scalar>(random.uniform(-1, 1));
    for (int row = 0; row < bench.rows; ++row) {
      rows.labels.push_back(
          static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(model.outputs))));
      rows.examples.push_back(static_cast<std::uint32_t>(row));
    }
  }
  return batch;
}

/// Since the kernel started this process, loading included; the kernel counts in steps of 10 ms.
double milliseconds_since_start() {
  std::ifstream file("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::size_t name_end = text.rfind(')');  // the program's name may contain anything
  if (name_end == std::string::npos) return 0;
  unsigned long long ticks = 0;
  if (std::sscanf(text.c_str() + name_end + 2,
                  "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                  &ticks) != 1)
    return 0;
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const double started = static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return (static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 - started) * 1e3;
}

/// The peak memory of this process in 10^6 bytes. (getrusage would report the launcher's, if that is larger.)
double peak_rss_mb() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("VmHWM:", 0) == 0) return std::strtod(line.c_str() + 6, nullptr) * 1024 / 1e6;
  return 0;
}

/// The value with a given share of the sorted numbers below it.
double quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5)];
}

/// All rows of a batch as the examples of one domain, for prediction.
domains::Domain rows_of(const Batch& batch, const Shape& example) {
  domains::Domain all{.name = "random", .example = example, .labels = {}, .read = {}};
  std::vector<TensorView> rows;
  for (const DomainRows& domain : batch.domains) {
    all.labels.insert(all.labels.end(), domain.labels.begin(), domain.labels.end());
    for (Index row = 0; row < domain.size(); ++row) rows.push_back(domain.inputs.view().rows(row, 1));
  }
  all.read = [rows](std::uint32_t number, std::span<Scalar> input) {
    std::copy(rows[number].data(), rows[number].data() + rows[number].size(), input.begin());
  };
  return all;
}

/// Makes one update, or predicts every row once; can be called again and again.
std::function<void()> work_of(const BenchOptions& options, const Algorithm& method, Model& model,
                              const Batch& batch, const Threads& threads) {
  const std::string phase = find_name("phase", options.phase, {"train", "evaluate"});
  if (phase == "evaluate") {
    auto rows = std::make_shared<domains::Domain>(rows_of(batch, model.example));
    auto evaluate = std::make_shared<Evaluation>(model, threads);
    return [=] { (*evaluate)(whole(*rows), nn::CrossEntropy{}); };
  }
  Hparams hparams = standard_hparams(method.hparams);
  for (auto& [name, value] : hparams)  // penalties with their weight from the first step on
    if (name.find("_iters") != std::string::npos) value = 0;
  // allows a single domain, too
  std::shared_ptr<optim::Combiner> combiner = method.make_combiner(hparams, true);
  std::shared_ptr<Objective> objective = method.make_objective(hparams, std::make_unique<nn::CrossEntropy>());
  const DomainGradientsOptions cut{.tile_rows = model.tile_rows, .threads = threads};
  auto engine = std::make_shared<DomainGradients>(model.network, model.parameters, cut);
  auto adam = std::make_shared<optim::Adam>(model.parameters);
  return [=, &model, &batch] {
    const GradientTable& g = (*engine)(batch, *objective);
    const WatchedUpdate watched{*engine, batch, *objective, g, *combiner, combiner->combine(g, threads)};
    check_direction(watched);
    move_weights(watched, *adam, model.parameters, threads);
  };
}

int bench(const BenchOptions& options) {
  if (options.kernels) return bench_kernels(options.json);
  using Clock = std::chrono::steady_clock;
  Case bench = case_named(options.bench_case);
  if (options.domains > 0) bench.domains = options.domains;
  if (options.rows > 0) bench.rows = options.rows;
  const Algorithm& method = algorithm(options.algorithm, options.combiner);
  const Threads threads(options.threads);
  const kernels::ConvolutionMethod convolution = convolution_named(options.convolution);
  const std::unique_ptr<Model> model = make_model(bench.model, nn::Activation::relu, 1, convolution);
  const Batch batch = random_batch(bench, *model);
  const std::function<void()> step = work_of(options, method, *model, batch, threads);

  step();
  const double first_step_ms = milliseconds_since_start();
  for (int warm_up = 0; warm_up < 3; ++warm_up) step();
  std::vector<double> ms;
  for (int i = 0; i < options.steps; ++i) {
    const Clock::time_point start = Clock::now();
    step();
    ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::sort(ms.begin(), ms.end());

  nlohmann::ordered_json line;
  line["case"] = bench.name;
  line["phase"] = options.phase;
  line["algorithm"] = method.name;
  line["convolution"] = options.convolution;
  line["threads"] = threads.count();
  line["domains"] = bench.domains;
  line["rows"] = bench.rows;
  line["weights"] = model->parameters.size();
  line["ms_per_step"] = quantile(ms, 0.5);
  line["p10"] = quantile(ms, 0.1);
  line["p90"] = quantile(ms, 0.9);
  line["first_step_ms"] = first_step_ms;
  line["peak_rss_mb"] = peak_rss_mb();
  line["kernels"] = kernels::chosen().name;
  if (options.json) {
    std::printf("%s\n", line.dump().c_str());
  } else {
    for (const auto& [key, value] : line.items())
      std::printf("%-14s %s\n", key.c_str(),
                  value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
  }
  return 0;
}

}  // namespace

void add_bench(Command& command) {
  static BenchOptions o;
  command.group("Case");
  command.option("--case", o.bench_case, "what to time: ilc, irm, mnist or pacs (default ilc)");
  command.option("--phase", o.phase,
                 "part to time: train: whole updates; evaluate: predictions of as many rows (default train)");
  command.group("Method");
  command.option("--convolution", o.convolution,
                 "algorithm of 3 x 3 convolutions: winograd or direct (default winograd)");
  command.option(
      "--algorithm", o.algorithm,
      "how the gradients of the domains are combined; sandgrad list algorithms prints the names (default "
      "SANDMask)");
  command.option(
      "--combiner", o.combiner,
      "combiner of the gradients of an objective over domains, such as IRM; sandgrad list algorithms prints "
      "the names (default: the mean)");
  command.group("Case");
  command.option("--steps", o.steps, "number of updates to time (default 100)", {1, 1e6});
  command.option("--domains", o.domains, "number of domains (default: that of the case)", {1, 4096});
  command.option("--rows", o.rows, "number of rows of each domain (default: that of the case)", {1, 1e6});
  command.flag("--kernels", o.kernels,
               "time convolution kernels, from plain loops to tiles, and the peak of a core");
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.flag("--json", o.json, "print one JSON line");
  command.run([] { return bench(o); });
}

}  // namespace sand::experiments
