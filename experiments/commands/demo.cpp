// `sandgrad demo`: compares ERM, AND-mask and SAND-mask on data that need no download.
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <mutex>
#include <vector>

#include "domains/spirals.h"
#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/machine/progress.h"
#include "experiments/report/report.h"
#include "experiments/report/surface.h"
#include "experiments/runs/run_keeper.h"
#include "experiments/training/training.h"
#include "tensor/kernels/kernels.h"

namespace sand::experiments {
namespace {

struct DemoOptions {
  int threads = 0;
  std::string picture;  ///< "": print tables
  std::string report = "sandgrad-demo.html";
};

constexpr int kSeeds = 5;

struct Method {
  const char *algorithm, *told;  // told: its name in the table
  const char* hparams;
  const char* published;
};

struct Stage {
  const char* title;
  const char* lesson;
  const char* published;  // heading of the last column
  RunRequest request;
  std::function<domains::DataSet(std::uint32_t seed)> data;
  std::vector<Method> methods;
};

Stage spirals(const Threads&) {
  RunRequest request;
  request.data.name = "Spirals";
  request.steps = 300;
  return {
      "Spirals: 16 training domains, each with a shortcut of its own beside two spirals that all share",
      "What to see: ERM takes the shortcuts, is perfect where it trained and guesses where it did not; the "
      "masks let a weight move\n"
      "only where the domains agree, so what they share is learned. With k 10 nearly every open m is 1: "
      "SAND-mask is almost AND-mask.\n"
      "With k 1e-6, of the size of the gradients' variance, m is partial, and the two differ. The paper's "
      "94.2 for ERM is no\n"
      "contradiction: an oracle chose that run by its score on the held-out domain, which is unknown in "
      "practice.",
      "SAND-mask paper (3 turns, not 1), held out,\nselected on training domains / by an oracle",
      request,
      [](std::uint32_t seed) { return domains::Spirals({.turns = 1, .seed = 1000 * seed}); },
      {{"ERM", "ERM", R"({"batch_size": 64, "mlp_width": 64, "mlp_depth": 2})", "45.8 +- 2.4 / 94.2 +- 1.3"},
       {"ANDMask", "ANDMask", R"({"batch_size": 64, "mlp_width": 64, "mlp_depth": 2, "tau": 0.6})",
        "88.0 +- 2.9 / 96.7 +- 0.3"},
       {"SANDMask", "SANDMask, k 10",
        R"({"batch_size": 64, "mlp_width": 64, "mlp_depth": 2, "tau": 0.6, "k": 10})",
        "49.1 +- 5.4 / 91.1 +- 2.4"},
       {"SANDMask", "SANDMask, k 1e-6",
        R"({"batch_size": 64, "mlp_width": 64, "mlp_depth": 2, "tau": 0.6, "k": 1e-6})", ""}}};
}

Stage coloured_digits(const Threads& threads) {
  RunRequest request;
  request.data.name = "ColoredMNIST-IRM";
  request.data.digits = "generated";
  request.protocol_name = "domainbed";
  request.test_domains = {2};
  request.holdout_fraction = 0;
  request.steps = 151;
  return {
      "Coloured digits: colour predicts the label in both training domains (80 and 90 % of the time), but "
      "not in the held-out one (10 %)",
      "What to see: all methods learn the colour. Both training domains agree that it helps, and a mask over "
      "two domains can only\nclose what they disagree on: agreement is evidence of a cause only if the "
      "domains are many and different.",
      "SAND-mask paper, mean of three domains held out\nin turn, selected likewise",
      request,
      [threads](std::uint32_t seed) {
        return make_data_set({"ColoredMNIST-IRM", "", "generated", seed}, threads);
      },
      {{"ERM", "ERM", R"({"batch_size": 512})", "51.5 / 57.8 +- 0.2"},
       {"ANDMask", "ANDMask", R"({"batch_size": 512, "tau": 1})", "51.3 +- 0.2 / 58.6 +- 0.4"},
       {"SANDMask", "SANDMask, k 10", R"({"batch_size": 512, "tau": 0.9, "k": 10})",
        "51.8 +- 0.2 / 73.0 +- 1.0"}}};
}

struct Result {
  double training = 0, held_out = 0;  // accuracy in %
};

/// Records the first step, every `record_every` steps, and the last.
Settings settings_of(const Stage& stage, const Method& method, int seed, int record_every = 1 << 30) {
  RunRequest request = stage.request;
  request.algorithm = method.algorithm;
  request.hparams_json = method.hparams;
  request.seed = request.trial_seed = seed;
  request.record_every = record_every;
  return resolve(request);
}

Result run(const Stage& stage, const Method& method, int seed, const domains::DataSet& data) {
  const Settings settings = settings_of(stage, method, seed);
  const Outcome outcome = train(settings, data, Threads(1), {});
  Result result;
  for (const int domain : outcome.training)
    result.training += 100 * outcome.last.in[static_cast<std::size_t>(domain)].accuracy;
  result.training /= static_cast<double>(outcome.training.size());
  result.held_out = 100 * outcome.last.in[static_cast<std::size_t>(settings.test_domains[0])].accuracy;
  return result;
}

/// "86.4 +- 5.7": mean and standard error.
std::string mean_text(const std::vector<double>& numbers) {
  const double n = static_cast<double>(numbers.size());
  double mean = 0, squares = 0;
  for (const double number : numbers) mean += number / n;
  for (const double number : numbers) squares += (number - mean) * (number - mean);
  char text[48];
  std::snprintf(text, sizeof text, "%5.1f +- %.1f", mean, std::sqrt(squares / (n - 1) / n));
  return text;
}

void print_table(const Stage& stage, const std::vector<std::vector<Result>>& results) {
  const std::string published = stage.published;
  const std::size_t cut = published.find('\n');
  const auto line = [](const std::string& method, const std::string& training, const std::string& held_out,
                       const std::string& each, const std::string& in_paper) {
    std::printf("%-17s %-15s %-15s %-31s %s\n", method.c_str(), training.c_str(), held_out.c_str(),
                each.c_str(), in_paper.c_str());
  };
  std::printf("\n%s\n\n", stage.title);
  line("", "training", "held-out", "held-out domain,", published.substr(0, cut));
  line("", "domains, %", "domain, %", "every seed, %", published.substr(cut + 1));
  for (std::size_t m = 0; m < stage.methods.size(); ++m) {
    std::vector<double> training, held_out;
    std::string each;
    for (const Result& result : results[m]) {
      training.push_back(result.training), held_out.push_back(result.held_out);
      char score[16];
      std::snprintf(score, sizeof score, "%5.1f ", result.held_out);
      each += score;
    }
    line(stage.methods[m].told, mean_text(training), mean_text(held_out), each, stage.methods[m].published);
  }
  std::printf("\n%s\n", stage.lesson);
  std::fflush(stdout);
}

/// The decisions of ERM, on the left, and SAND-mask on the spirals, after the demo's first run of each.
void draw_spirals(const Threads& threads, const std::string& path) {
  check_drawing_name("demo: --picture", path);
  const Stage stage = spirals(threads);
  const domains::DataSet data = stage.data(0);
  const std::vector<Method> methods = {stage.methods[0], stage.methods[2]};
  std::vector<Chart> charts(methods.size());
  threads.run(static_cast<int>(methods.size()), [&](int m, int) {
    const auto method = static_cast<std::size_t>(m);
    const Outcome outcome = train(settings_of(stage, methods[method], 0), data, Threads(1), {});
    charts[method] = surface_charts(methods[method].told, *outcome.model, data, outcome.training).front();
  });
  write_drawing(path, side_by_side(charts), charts);
}

/// A folder that is removed with all its files.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code failure;
    std::string name = (std::filesystem::temp_directory_path(failure) / "sandgrad-demo-XXXXXX").string();
    check(!failure && mkdtemp(name.data()) != nullptr, [&] {
      return Error(Fault::io, "demo: cannot make a temporary folder")
          .fact("path", name)
          .fact("reason", std::strerror(errno))
          .hint("TMPDIR names another place");
    });
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Trains and keeps a run with its records, for the report.
void keep_run(const Settings& settings, const std::filesystem::path& folder, const domains::DataSet& data) {
  const RunKeeperOptions options{.output_dir = folder.string(), .quiet = true};
  RunKeeper keeper(settings, options);
  keeper.open();
  Training run(settings, data, Threads(1));
  keeper.claim(run, Threads(1));
  keeper.begin(run, Threads(1));
  const std::optional<Record> last = run_to_end(
      run, {.record = [&](const Record& record) { keeper.record(run, record); },
            .step = {},
            .stop = {},
            .end_of_step = [&](const Record* record, bool stop) { keeper.end_of_step(run, record, stop); }});
  keeper.end(run, last);
}

/// Pictures of the demo's first run of each method on the spirals.
void report_spirals(const Threads& threads, const std::string& path) {
  const Stage stage = spirals(threads);
  const domains::DataSet data = stage.data(0);
  const TemporaryFolder folder;
  ReportRequest request{.folders = {}, .data_dir = {}, .threads = threads.count(), .data = &data};
  for (const Method& method : stage.methods) request.folders.push_back(folder.path() / method.told);
  threads.run(static_cast<int>(stage.methods.size()), [&](int m, int) {
    const auto method = static_cast<std::size_t>(m);
    keep_run(settings_of(stage, stage.methods[method], 0, 10), request.folders[method], data);
  });
  write_report(request, path);
}

int demo(const DemoOptions& options) {
  const Threads threads(options.threads);
  if (!options.picture.empty()) {
    draw_spirals(threads, options.picture);
    return 0;
  }
  const auto start = std::chrono::steady_clock::now();
  std::printf("Mean +- standard error over %d seeds; accuracy. Kernels %s, %d %s, one run on each.\n", kSeeds,
              kernels::chosen().name, threads.count(), threads.count() == 1 ? "thread" : "threads");
  std::fflush(stdout);
  for (const Stage& stage : {spirals(threads), coloured_digits(threads)}) {
    std::vector<domains::DataSet> data;
    for (std::uint32_t seed = 0; seed < kSeeds; ++seed) data.push_back(stage.data(seed));
    const int methods = static_cast<int>(stage.methods.size()), runs = methods * kSeeds;
    std::vector<std::vector<Result>> results(stage.methods.size(), std::vector<Result>(kSeeds));
    Progress progress(stage.request.data.name, runs, "runs");
    std::mutex one_at_a_time;
    int done = 0;
    threads.run(runs, [&](int task, int) {
      const std::size_t method = static_cast<std::size_t>(task % methods),
                        seed = static_cast<std::size_t>(task / methods);
      results[method][seed] = run(stage, stage.methods[method], static_cast<int>(seed), data[seed]);
      const std::lock_guard lock(one_at_a_time);
      progress.at(++done);
    });
    progress.clear();
    print_table(stage, results);
  }
  if (!options.report.empty()) report_spirals(threads, options.report);
  std::printf("\n%.0f s\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  if (!options.report.empty()) std::printf("report: %s\n", options.report.c_str());
  return 0;
}

}  // namespace

void add_demo(Command& command) {
  static DemoOptions o;
  command.option("--picture", o.picture,
                 ".svg or .png to write instead of tables: decisions of ERM (left) and SAND-mask on Spirals "
                 "(default: none)");
  command.option("--report", o.report,
                 "HTML page to write with pictures of the Spirals runs; '' for none (default "
                 "sandgrad-demo.html)");
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.run([] { return demo(o); });
}

}  // namespace sand::experiments
