#include "experiments/sweeps/plan.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <system_error>

#include "experiments/machine/parse_json.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/data_sets.h"
#include "tensor/directory.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kPlan = "jobs.jsonl";
constexpr std::uint64_t kMostOfPlan = std::uint64_t{1} << 30;

/// The number of domains; reads the data unless it is fixed.
int count_domains(const DataRequest& request) {
  static const std::map<std::string, int> fixed = {{"Spirals", 17},
                                                   {"ColoredMNIST", 3},
                                                   {"ColoredMNIST-14", 3},
                                                   {"ColoredMNIST-IRM", 3},
                                                   {"ColoredMNIST-IRM-Gray", 3},
                                                   {"RotatedMNIST", 6},
                                                   {"PACS", 4},
                                                   {"VLCS", 4},
                                                   {"OfficeHome", 4},
                                                   {"TerraIncognita", 4}};
  const auto found = fixed.find(request.name);
  return found != fixed.end() ? found->second
                              : static_cast<int>(make_data_set(request, Threads()).domains.size());
}

/// "0,2" -> {0, 2}. Throws Error(usage).
std::vector<int> test_set_of(const std::string& text) {
  std::vector<int> set;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;; ++at) {
    int domain = -1;
    const auto [next, failure] = std::from_chars(at, end, domain);
    check(failure == std::errc() && domain >= 0 && (next == end || *next == ','), [&] {
      return Error(Fault::usage, "sweep plan: test sets are single, pairs, all, or domains such as 0 or 0,2")
          .fact("found", text);
    });
    set.push_back(domain);
    if ((at = next) == end) return set;
  }
}

std::vector<std::vector<int>> test_sets(const std::vector<std::string>& asked, int domains) {
  std::vector<std::vector<int>> sets;
  for (const std::string& text : asked) {
    const bool all = text == "all", single = all || text == "single", pairs = all || text == "pairs";
    if (!single && !pairs) sets.push_back(test_set_of(text));
    for (int one = 0; one < domains && (single || pairs); ++one) {
      if (single) sets.push_back({one});
      for (int other = one + 1; other < domains && pairs; ++other) sets.push_back({one, other});
    }
  }
  return sets;
}

std::vector<std::string> spelled(const char* kind, const std::vector<std::string>& asked,
                                 const std::vector<std::string>& known) {
  std::vector<std::string> names;
  std::set<std::string> once;
  for (const std::string& name : asked) {
    names.push_back(find_name(kind, name, known));
    check(once.insert(names.back()).second, [&] {
      return Error(Fault::usage, std::string("sweep plan: a name is given twice: ") + names.back());
    });
  }
  return names;
}

/// Whether no weight can ever move: every mask stays closed, and no weight decay acts.
bool is_dead(RunRequest request) {
  const Settings settings = resolve(request);
  if (settings.hparams.at("weight_decay") != 0) return false;
  try {
    algorithm(settings).make_combiner(settings.hparams, false);
  } catch (const Error&) {
    return true;
  }
  return false;
}

/// The jobs of one trial, data set, algorithm and test set.
class Planner {
 public:
  explicit Planner(const SweepRequest& request) : request_(request), extra_(extra_args(request.settings)) {}

  void add(int trial, const std::string& data_set, const std::string& algorithm,
           const std::vector<int>& test) {
    for (int seed = request_.hparams_from; seed < request_.hparams; ++seed) {
      Json args = extra_;
      if (algorithm != "SANDMask") args.erase("k_as_first_released");
      const RunRequest& settings = request_.settings;
      args["dataset"] = data_set;
      args["algorithm"] = algorithm;
      args["test_envs"] = test;
      args["holdout_fraction"] = settings.holdout_fraction < 0 ? 0.2 : settings.holdout_fraction;
      args["hparams_seed"] = seed;
      args["data_dir"] = settings.data.data_dir;
      args["task"] = "domain_generalization";
      args["trial_seed"] = trial;
      args["seed"] = job_seed(data_set, algorithm, test, seed, trial);
      if (settings.steps >= 0) args["steps"] = settings.steps;
      if (!settings.hparams_json.empty()) args["hparams"] = settings.hparams_json;
      if (request_.short_dead_runs && dead(trial, data_set, algorithm, seed, args)) args["steps"] = 1;
      jobs_.push_back({job_id(args), std::move(args)});
    }
  }
  std::vector<Job> take() { return std::move(jobs_); }

 private:
  bool dead(int trial, const std::string& data_set, const std::string& algorithm, int seed,
            const Json& args) {
    const std::string key = data_set + " " + algorithm + " " + std::to_string(seed) + " " +
                            std::to_string(trial);  // test domains decide no hyper-parameter
    const auto [known, fresh] = dead_.try_emplace(key, false);
    if (fresh) known->second = is_dead(request_of(Job{"", args}));
    return known->second;
  }

  const SweepRequest& request_;
  const Json extra_;
  std::map<std::string, bool> dead_;
  std::vector<Job> jobs_;
};

/// Throws Error(usage) for what no job could be made of.
void check_numbers(const SweepRequest& request) {
  check(request.hparams_from < request.hparams, [&] {
    return Error(Fault::usage, "sweep plan: --n-hparams must be larger than --n-hparams-from")
        .fact("from", std::to_string(request.hparams_from))
        .fact("to", std::to_string(request.hparams));
  });
  check(!request.data_sets.empty() && !request.algorithms.empty(),
        [] { return Error(Fault::usage, "sweep plan: needs --datasets and --algorithms"); });
}

std::string text_of(const std::vector<Job>& jobs) {
  std::string text;
  for (const Job& job : jobs) text += Json{{"id", job.id}, {"args", job.args}}.dump() + "\n";
  return text;
}

std::string text_in(const fs::path& sweep) { return InputFile((sweep / kPlan).string()).text(kMostOfPlan); }

/// The number of the first line that differs, from 1.
std::size_t first_difference(const std::string& one, const std::string& other) {
  const auto [at, unused] = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  return 1 + static_cast<std::size_t>(std::count(one.begin(), at, '\n'));
}

}  // namespace

std::vector<Job> make_jobs(const SweepRequest& request) {
  check_numbers(request);
  const std::vector<std::string> data_sets = spelled("dataset", request.data_sets, data_set_names());
  std::vector<std::string> methods;
  for (const std::string& name : request.algorithms) methods.push_back(algorithm(name).name);
  methods = spelled("algorithm", methods, algorithm_names());
  std::map<std::string, std::vector<std::vector<int>>> sets;
  for (const std::string& data_set : data_sets) {
    RunRequest tried = request.settings;
    tried.data.name = data_set;
    const int domains = count_domains(tried.data);
    sets[data_set] = test_sets(request.test_sets, domains);
    for (const std::string& method : methods) {
      tried.algorithm = method;
      tried.k_as_first_released = request.settings.k_as_first_released && method == "SANDMask";
      for (const std::vector<int>& test : sets[data_set]) {
        tried.test_domains = test;
        training_domains(resolve(tried), domains, 1);
      }
    }
  }
  Planner planner(request);
  for (int trial = 0; trial < request.trials; ++trial)
    for (const std::string& data_set : data_sets)
      for (const std::string& method : methods)
        for (const std::vector<int>& test : sets[data_set]) planner.add(trial, data_set, method, test);
  return planner.take();
}

bool holds_plan(const fs::path& sweep) {
  std::error_code failure;
  return fs::exists(sweep / kPlan, failure);
}

bool write_plan(const fs::path& sweep, const std::vector<Job>& jobs) {
  const std::string text = text_of(jobs);
  if (holds_plan(sweep)) {
    const std::string held = text_in(sweep);
    check(held == text, [&] {
      return Error(Fault::busy, "sweep plan: the directory holds another plan")
          .fact("path", sweep.string())
          .fact("jobs", std::to_string(std::count(held.begin(), held.end(), '\n')) + " there, " +
                            std::to_string(jobs.size()) + " here")
          .fact("first different job", std::to_string(first_difference(held, text)))
          .hint("give another directory; the flags of its own plan find it again");
    });
    return false;
  }
  std::error_code failure;
  fs::create_directories(sweep, failure);
  check(!failure, [&] {
    return Error(Fault::io, "sweep plan: cannot create the directory")
        .fact("path", sweep.string())
        .fact("reason", failure.message());
  });
  const Directory directory(sweep.string());
  for (const std::string& name : directory.names())
    check(NewFile::unfinished(name) == kPlan, [&] {
      return Error(Fault::busy, "sweep plan: the directory is not empty and holds no plan")
          .fact("path", sweep.string())
          .fact("found", name)
          .hint("give another directory");
    });
  NewFile file(directory, kPlan);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
  return true;
}

std::vector<Job> read_plan(const fs::path& sweep) {
  check(holds_plan(sweep), [&] {
    return Error(Fault::missing, "sweep: there is no plan in this directory")
        .fact("path", (sweep / kPlan).string())
        .hint("sandgrad sweep plan makes one");
  });
  const std::string text = text_in(sweep);
  std::vector<Job> jobs;
  std::set<std::string> ids;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const Json line = parse_json(std::string_view(text).substr(at, end - at));
    const bool whole = line.is_object() && line.contains("args") && line["args"].is_object() &&
                       line.contains("id") && line["id"].is_string();
    const std::string id = whole ? job_id(line["args"]) : "";
    check(whole && line["id"] == id && ids.insert(id).second, [&] {
      return Error(Fault::data, !whole             ? "sweep: a line of the plan is not a job"
                                : line["id"] == id ? "sweep: a job is in the plan twice"
                                                   : "sweep: a job's id is not that of its arguments")
          .fact("file", (sweep / kPlan).string())
          .fact("line", std::to_string(jobs.size() + 1))
          .hint("sandgrad sweep plan with the same flags, in a new directory, makes the plan again");
    });
    jobs.push_back({id, line["args"]});
    at = end + 1;
  }
  return jobs;
}

}  // namespace sand::experiments
