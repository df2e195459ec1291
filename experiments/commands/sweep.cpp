// `sandgrad sweep`: plans many runs, and runs, watches, retries and launches them.
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "experiments/commands/commands.h"
#include "experiments/commands/setting_flags.h"
#include "experiments/sweeps/launch.h"
#include "experiments/sweeps/plan.h"
#include "experiments/sweeps/status.h"
#include "experiments/sweeps/worker.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

constexpr const char* kDirectoryHelp = "directory of the sweep";
constexpr const char* kStaleHelp = "seconds after which a silent worker counts as dead (default 180)";
constexpr Bounds kStaleSeconds{5, 86400};

// What a sweep varies itself, and what its jobs always are.
const std::set<std::string>& unlisted_keys() {
  static const std::set<std::string> keys = {"dataset",      "algorithm",          "test_envs",
                                             "hparams_seed", "trial_seed",         "seed",
                                             "allow_closed", "domainbed_defaults", "protocol"};
  return keys;
}

struct PlanOptions {
  std::string sweep;
  SweepRequest request;
  bool single_test_envs = false;
};

int plan(const PlanOptions& options) {
  const std::vector<Job> jobs = make_jobs(options.request);
  const bool fresh = write_plan(options.sweep, jobs);
  std::printf("%zu jobs in %s%s\n", jobs.size(), options.sweep.c_str(),
              fresh ? "" : ": the plan was there already");
  return 0;
}

void add_plan(Command& sweep) {
  static PlanOptions o;
  Command command = sweep.subcommand("plan", "Write the list of runs, in DomainBed's order");
  command.option("dir", o.sweep, kDirectoryHelp).required().refuses_empty();
  command.group("Sweep");
  command
      .option("--algorithms", o.request.algorithms,
              "names of algorithms; sandgrad list algorithms prints them")
      .required();
  command
      .option("--datasets", o.request.data_sets,
              "names of data sets, as --dataset of sandgrad train takes them")
      .required();
  command.option(
      "--test-envs,--test_envs", o.request.test_sets,
      "test domains of the runs: single, pairs, all (both: for leave-one-out), or sets such as 0 and 0,2 "
      "(default single)");
  command.flag("--single-test-envs,--single_test_envs", o.single_test_envs, "the same as --test-envs single");
  command.option(
      "--n-hparams,--n_hparams", o.request.hparams,
      "number of hyper-parameters for each cell: hparams_seeds 0 .. N - 1; 0 are the defaults (default 20)",
      {1, 1e6});
  command.option("--n-hparams-from,--n_hparams_from", o.request.hparams_from,
                 "first hparams_seed (default 0)", {0, 1e6});
  command.option("--n-trials,--n_trials", o.request.trials,
                 "number of repetitions: trial_seeds 0 .. N - 1 (default 3)", {1, 1e6});
  command.flag("--short-dead-runs", o.request.short_dead_runs,
               "make one step only in runs that cannot learn, whose weights never change");
  command.option("--protocol", o.request.settings.protocol_name,
                 "protocol: domainbed, ilc, irm, lut or auto: of the paper that made the data set (default "
                 "domainbed)");
  const char* group = nullptr;
  visit_settings(o.request.settings, [&](const char* heading, const Setting& setting, auto& field) {
    if (unlisted_keys().count(setting.key) == 1) return;
    if (heading != group) command.group(group = heading);
    add_setting(command, setting, field);
  });
  command.run([] { return plan(o); });
}

struct RunOptions {
  std::string sweep, shard;
  WorkerOptions worker;
  bool failures_ok = false;
};

/// "2/5".
void set_shard(WorkerOptions& options, const std::string& text) {
  if (text.empty()) return;
  int end = 0;
  const int found = std::sscanf(text.c_str(), "%6d/%6d%n", &options.shard, &options.shards, &end);
  check(found == 2 && static_cast<std::size_t>(end) == text.size() && options.shard >= 1 &&
            options.shard <= options.shards,
        [&] {
          return Error(Fault::usage, "sweep run: --shard is i/N with i from 1 to N").fact("found", text);
        });
}

int run(RunOptions options) {
  set_shard(options.worker, options.shard);
  options.worker.sweep = options.sweep;
  options.worker.failures_ok = options.failures_ok;
  return run_worker(options.worker);
}

void add_run(Command& sweep) {
  static RunOptions o;
  Command command = sweep.subcommand("run", "Run jobs of the plan; any number of workers may do so at once");
  command.option("dir", o.sweep, kDirectoryHelp).required().refuses_empty();
  command.group("Worker");
  command.option("--jobs", o.worker.jobs, "runs at a time; 0: one for each core (default 0)", {0, 1024});
  command.option("--threads", o.worker.threads, "number of threads of each run (default 1)", {1, 1024});
  command.group("Jobs");
  command.option("--shard", o.shard, "part of the jobs, i/N: every N-th job, from number i (default: all)");
  command.option("--only", o.worker.only, "id of the only job to run (default: all)");
  command.group("Worker");
  command.option("--time-limit", o.worker.minutes,
                 "minutes after which the runs stop with checkpoints, exit code 75 (default: none)",
                 {0, 1e7});
  command.flag("--wait", o.worker.wait,
               "wait while other workers hold jobs, to take over those of workers that die");
  command.option("--stale-after", o.worker.stale_seconds, kStaleHelp, kStaleSeconds);
  command.group("Jobs");
  command.flag("--failures-ok", o.failures_ok,
               "end with exit code 0 although jobs failed: sweep status names them");
  command.group(kProgramGroup);
  command.flag("--quiet", o.worker.quiet, "print no line for each job");
  command.run([] { return run(o); });
}

struct StatusOptions {
  std::string sweep;
  double stale_seconds = 180;
  bool json = false;
};

void add_status(Command& sweep) {
  static StatusOptions o;
  Command command = sweep.subcommand("status", "Count jobs, and name failures");
  command.option("dir", o.sweep, kDirectoryHelp).required().refuses_empty();
  command.option("--stale-after", o.stale_seconds, kStaleHelp, kStaleSeconds);
  command.group(kProgramGroup);
  command.flag("--json", o.json, "print one JSON object");
  command.run([] {
    const SweepStatus status = sweep_status(o.sweep, o.stale_seconds);
    std::printf("%s%s", (o.json ? status.json() : status.text()).c_str(), o.json ? "\n" : "");
    return 0;
  });
}

struct RetryOptions {
  std::string sweep, message;
};

void add_retry(Command& sweep) {
  static RetryOptions o;
  Command command = sweep.subcommand("retry", "Let failed jobs wait again");
  command.option("dir", o.sweep, kDirectoryHelp).required().refuses_empty();
  command.option("--message", o.message,
                 "text in the messages of the jobs to retry (default: all failed jobs)");
  command.run([] {
    std::printf("%d jobs wait again\n", retry_failed(o.sweep, o.message));
    return 0;
  });
}

struct StartOptions {
  std::string sweep, with;
  LaunchOptions launch;
  int jobs = 0;
  bool dry_run = false;
};

int launch(StartOptions options) {
  options.launch.sweep = std::filesystem::absolute(options.sweep);
  options.launch.program = std::filesystem::read_symlink("/proc/self/exe").string();
  options.launch.submit = !options.dry_run;
  const std::string with = find_name("launcher", options.with, {"local", "slurm", "print"});
  if (with == "print") {
    std::printf("%s", commands_to_print(options.launch).c_str());
    return 0;
  }
  if (with == "slurm") {
    std::printf("%s", launch_slurm(options.launch).c_str());
    return 0;
  }
  WorkerOptions worker;
  worker.sweep = options.sweep;
  worker.jobs = options.jobs;
  worker.threads = options.launch.threads;
  worker.wait = true;
  const int code = run_worker(worker);
  std::printf("%s", sweep_status(options.sweep, 180).text().c_str());
  return code;
}

void add_launch(Command& sweep) {
  static StartOptions o;
  Command command = sweep.subcommand("launch", "Start workers here, under Slurm, or print their commands");
  command.option("dir", o.sweep, kDirectoryHelp).required().refuses_empty();
  command
      .option(
          "--with", o.with,
          "where workers start: local: here, until every job has ended; slurm: as an array; print: nowhere, "
          "a command for each job")
      .required();
  command.option("--threads", o.launch.threads, "number of threads of each run (default 1)", {1, 1024});
  command.group("Here (--with local)");
  command.option("--jobs", o.jobs, "runs at a time; 0: one for each core (default 0)", {0, 1024});
  command.group("Under Slurm (--with slurm)");
  command.option("--workers", o.launch.workers, "tasks of the array (default: one for every ten jobs)",
                 {1, 1e6});
  command.option("--cores", o.launch.cores, "cores of each worker (default 1)", {1, 1024});
  command.option("--partition", o.launch.partition, "partition of the cluster (default: the cluster's)");
  command.option("--time", o.launch.time, "time limit of a worker, as for sbatch (default: the cluster's)");
  command.option("--memory", o.launch.memory, "memory of a worker, such as 4G (default: the cluster's)");
  command.option("--sbatch-options", o.launch.more,
                 "further options of sbatch, such as --account=mine (default: none)");
  command.flag("--dry-run", o.dry_run, "write the scripts, but do not submit them");
  command.run([] { return launch(o); });
}

}  // namespace

void add_sweep(Command& command) {
  add_plan(command);
  add_run(command);
  add_status(command);
  add_retry(command);
  add_launch(command);
}

}  // namespace sand::experiments
