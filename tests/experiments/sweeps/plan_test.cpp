#include "experiments/sweeps/plan.h"

#include <doctest/doctest.h>

#include <set>

#include "tensor/error.h"
#include "tests/folder.h"

using namespace sand::experiments;
using sand::testing::Folder;

namespace {

SweepRequest small_sweep() {
  SweepRequest request;
  request.data_sets = {"coloredmnist"};
  request.algorithms = {"erm", "SANDMask"};
  request.hparams = 3;
  request.trials = 2;
  return request;
}

sand::Fault fault_of(const SweepRequest& request) {
  try {
    make_jobs(request);
  } catch (const sand::Error& error) {
    return error.fault();
  }
  return sand::Fault::internal;
}

std::size_t count(std::vector<std::string> test_sets) {
  SweepRequest request = small_sweep();
  request.algorithms = {"ERM"};
  request.hparams = request.trials = 1;
  request.test_sets = std::move(test_sets);
  return make_jobs(request).size();
}

}  // namespace

TEST_CASE("A plan has every combination, in DomainBed's order") {
  const std::vector<Job> jobs = make_jobs(small_sweep());
  REQUIRE(jobs.size() == 2 * 2 * 3 * 3);  // trials, algorithms, test sets, hparams_seeds
  std::set<std::string> ids;
  for (const Job& job : jobs) ids.insert(job.id);
  CHECK(ids.size() == jobs.size());
  CHECK(jobs[1].args.at("hparams_seed") == 1);
  CHECK(jobs[3].args.at("test_envs") == std::vector<int>{1});
  CHECK(jobs[9].args.at("algorithm") == "SANDMask");
  CHECK(jobs[18].args.at("trial_seed") == 1);
  CHECK(jobs[0].args.at("dataset") == "ColoredMNIST");
  CHECK(jobs[0].args.at("algorithm") == "ERM");
}

TEST_CASE("A job has DomainBed's arguments and no other, unless a setting is given") {
  std::set<std::string> keys;
  const nlohmann::json plain = make_jobs(small_sweep())[0].args;
  for (const auto& [key, value] : plain.items()) keys.insert(key);
  CHECK(keys == std::set<std::string>{"dataset", "algorithm", "test_envs", "holdout_fraction", "hparams_seed",
                                      "data_dir", "task", "trial_seed", "seed"});
  SweepRequest request = small_sweep();
  request.settings.steps = 7;
  request.settings.hparams_json = R"({"lr": 1})";
  request.settings.model = "MLP";
  const nlohmann::json args = make_jobs(request)[0].args;
  CHECK(args.at("steps") == 7);
  CHECK(args.at("hparams") == R"({"lr": 1})");
  CHECK(args.at("model") == "MLP");
}

TEST_CASE("Test sets are single domains, pairs, both, or given") {
  CHECK(count({"single"}) == 3);
  CHECK(count({"pairs"}) == 3);
  CHECK(count({"all"}) == 6);
  CHECK(count({"2", "0,1"}) == 2);
  for (const char* wrong : {"", "x", "0,", ",0", "-1", "3", "0,0", "0,1,2", "0 1"}) {
    SweepRequest request = small_sweep();
    request.test_sets = {wrong};
    CHECK_MESSAGE(fault_of(request) == sand::Fault::usage, wrong);
  }
}

TEST_CASE("Wrong names and numbers are refused before any job runs") {
  SweepRequest request = small_sweep();
  request.algorithms = {"ERN"};
  CHECK(fault_of(request) == sand::Fault::usage);
  request = small_sweep();
  request.algorithms = {"ERM", "erm"};
  CHECK(fault_of(request) == sand::Fault::usage);
  request = small_sweep();
  request.hparams_from = 3;
  CHECK(fault_of(request) == sand::Fault::usage);
  request = small_sweep();
  request.settings.hparams_json = R"({"lrr": 1})";
  CHECK(fault_of(request) == sand::Fault::usage);
}

TEST_CASE("Only SANDMask's jobs draw k as its first release did") {
  SweepRequest request = small_sweep();
  request.settings.k_as_first_released = true;
  for (const Job& job : make_jobs(request))
    CHECK(job.args.contains("k_as_first_released") == (job.args.at("algorithm") == "SANDMask"));
}

TEST_CASE("Runs that cannot learn have one step, if asked") {
  SweepRequest request = small_sweep();
  request.hparams = 20;
  request.settings.steps = 50;
  request.short_dead_runs = true;
  request.settings.k_as_first_released = true;
  int dead = 0;
  for (const Job& job : make_jobs(request)) {
    const Settings settings = resolve(request_of(job));
    const bool is_dead = settings.algorithm == "SANDMask" &&
                         (settings.hparams.at("tau") >= 1 || settings.hparams.at("k") == 0);
    CHECK(settings.steps == (is_dead ? 1 : 50));
    dead += is_dead;
  }
  CHECK(dead >= 6);  // at least the defaults, tau = 1, of 2 trials and 3 test domains
}

TEST_CASE("A plan is read as it was written, and its directory keeps it") {
  const Folder folder;
  const std::string sweep = folder / "sweep";
  const std::vector<Job> jobs = make_jobs(small_sweep());
  CHECK_FALSE(holds_plan(sweep));
  CHECK_THROWS_AS(read_plan(sweep), sand::Error);
  CHECK(write_plan(sweep, jobs));
  CHECK_FALSE(write_plan(sweep, jobs));
  const std::vector<Job> read = read_plan(sweep);
  REQUIRE(read.size() == jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    CHECK(read[i].id == jobs[i].id);
    CHECK(read[i].args == jobs[i].args);
  }
  SweepRequest other = small_sweep();
  other.trials = 3;
  try {
    write_plan(sweep, make_jobs(other));
    FAIL("another plan was written over the first");
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::busy);
    CHECK(std::string(error.what()).find("first different job 37") != std::string::npos);
  }
  CHECK(read_plan(sweep).size() == jobs.size());
}

TEST_CASE("A directory with other files is not taken") {
  const Folder folder;
  sand::testing::write_file(folder / "thesis.tex", "");
  CHECK_THROWS_AS(write_plan(folder.path, make_jobs(small_sweep())), sand::Error);
}

TEST_CASE("A changed plan is refused with the line") {
  const Folder folder;
  const std::string sweep = folder / "sweep";
  write_plan(sweep, make_jobs(small_sweep()));
  const std::string text = sand::testing::text_of(folder / "sweep/jobs.jsonl");
  for (const auto& [changed, line] :
       {std::pair{"{}\n" + text, 1}, {text + text, 37}, {text.substr(0, text.size() - 5), 36}}) {
    sand::testing::write_file(folder / "sweep/jobs.jsonl", changed);
    try {
      read_plan(sweep);
      FAIL("a changed plan was read");
    } catch (const sand::Error& error) {
      CHECK(error.fault() == sand::Fault::data);
      CHECK(std::string(error.what()).find("line " + std::to_string(line) + "\n") != std::string::npos);
    }
  }
}
