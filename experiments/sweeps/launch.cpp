#include "experiments/sweeps/launch.h"

#include <algorithm>
#include <cstdio>

#include "experiments/sweeps/external_command.h"
#include "experiments/sweeps/plan.h"
#include "experiments/sweeps/queue.h"
#include "tensor/error.h"
#include "tensor/file.h"

namespace sand::experiments {
namespace {

/// The jobs that are neither done nor failed.
std::vector<std::string> open_jobs(const std::filesystem::path& sweep) {
  const std::vector<Job> jobs = read_plan(sweep);
  const std::map<std::string, JobState> states = JobQueue(sweep, 180).look();
  std::vector<std::string> open;
  for (const Job& job : jobs) {
    const auto found = states.find(job.id);
    using Kind = JobState::Kind;
    const Kind kind = found == states.end() ? Kind::waiting : found->second.kind;
    if (kind != Kind::done && kind != Kind::failed) open.push_back(job.id);
  }
  return open;
}

/// The largest array that Slurm accepts.
int most_workers() {
  const CommandResult config = run_command({"scontrol", "show", "config"});
  const std::size_t at = config.output.find("MaxArraySize");
  int most = 1001;  // Slurm's default
  if (at != std::string::npos) std::sscanf(config.output.c_str() + at, "MaxArraySize = %d", &most);
  check(config.code == 0, [&] {
    return Error(Fault::resources, "sweep launch: Slurm does not answer")
        .fact("scontrol", config.errors.substr(0, config.errors.find('\n')));
  });
  return std::max(1, most);
}

std::string submitted(std::vector<std::string> words) {
  words.insert(words.begin(), {"sbatch", "--parsable"});
  const CommandResult answer = run_command(words);
  check(answer.code == 0, [&] {
    return Error(Fault::resources, "sweep launch: Slurm refused " + words.back())
        .fact("reason", answer.errors.substr(0, answer.errors.find('\n')))
        .hint("its script may be changed and submitted by hand: sbatch " + words.back());
  });
  return answer.output.substr(0, answer.output.find_first_of(";\n"));
}

void write_script(const std::filesystem::path& path, const std::string& text) {
  NewFile file(path.string());
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

}  // namespace

std::string shell_quoted(const std::string& text) {
  constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string slurm_script(const LaunchOptions& options, int workers) {
  const std::string sweep = options.sweep.string();
  const auto option = [](const char* name, const std::string& value) {
    return value.empty() ? "" : std::string("#SBATCH --") + name + "=" + value + "\n";
  };
  std::string text =
      "#!/bin/bash\n# Written by sandgrad sweep launch: each task of the array is a worker of the sweep.\n";
  text += option("job-name", "sandgrad-sweep");
  text += option("array", "0-" + std::to_string(workers - 1));
  text += option("cpus-per-task", std::to_string(options.cores));
  text += option("partition", options.partition);
  text += option("time", options.time);
  text += option("mem", options.memory);
  text += option("output", "\"" + sweep + "/logs/slurm.%A_%a.txt\"");
  for (const std::string& more : options.more) text += "#SBATCH " + more + "\n";
  text +=
      "#SBATCH --open-mode=append\n"
      "#SBATCH --requeue\n"
      "#SBATCH --signal=B:USR1@90   # 90 s before the time limit, to this script\n\n";
  text += shell_quoted(options.program) + " sweep run " + shell_quoted(sweep) + " --jobs " +
          std::to_string(std::max(1, options.cores / std::max(1, options.threads))) + " --threads " +
          std::to_string(options.threads) + " --failures-ok &\n";
  text +=
      "worker=$!\n"
      "trap 'kill -USR1 $worker' USR1\n"
      "trap 'kill -TERM $worker' TERM\n"
      "wait $worker\n"
      "code=$?\n"
      "while kill -0 $worker 2>/dev/null; do  # a signal ended the wait, not the worker\n"
      "  wait $worker\n"
      "  code=$?\n"
      "done\n"
      "if [ $code -eq 75 ]; then  # its runs stopped with checkpoints: go on in another time slot\n"
      "  scontrol requeue \"$SLURM_JOB_ID\"\n"
      "fi\n"
      "exit $code\n";
  return text;
}

std::string collect_script(const LaunchOptions& options) {
  const std::string sweep = options.sweep.string();
  std::string text = "#!/bin/bash\n# Written by sandgrad sweep launch: the tables of the sweep.\n";
  text += "#SBATCH --job-name=sandgrad-collect\n#SBATCH --cpus-per-task=1\n";
  if (!options.partition.empty()) text += "#SBATCH --partition=" + options.partition + "\n";
  for (const std::string& more : options.more) text += "#SBATCH " + more + "\n";
  text += "#SBATCH --output=\"" + sweep + "/logs/collect.%j.txt\"\n\n";
  const std::string program = shell_quoted(options.program), place = shell_quoted(sweep);
  text += program + " sweep status " + place + "\n";
  text += program + " collect " + place + " > " + place + "/results.txt\n";
  return text;
}

std::string launch_slurm(const LaunchOptions& options) {
  const std::size_t jobs = open_jobs(options.sweep).size();
  if (jobs == 0) return "every job is done or failed: nothing to launch\n";
  const int asked = options.workers > 0 ? options.workers : static_cast<int>((jobs + 9) / 10);
  const int most = options.submit ? most_workers() : asked;
  const int workers = std::min({asked, most, static_cast<int>(jobs)});
  const std::string array = (options.sweep / "slurm.sh").string(),
                    collect = (options.sweep / "collect.sh").string();
  Directory(options.sweep.string()).subdirectory("logs");
  write_script(array, slurm_script(options, workers));
  write_script(collect, collect_script(options));
  std::string told = std::to_string(jobs) + " jobs, " + std::to_string(workers) + " workers" +
                     (workers < asked ? " (Slurm's MaxArraySize and the jobs allow no more)" : "") + "\n";
  if (!options.submit)
    return told + "sbatch " + array + "\nsbatch --dependency=afterok:ARRAY " + collect + "\n";
  const std::string number = submitted({array});
  const std::string after = submitted({"--dependency=afterok:" + number, collect});
  return told + "array " + number + ": " + array + "\ncollect " + after + ": " + collect + ", writes " +
         (options.sweep / "results.txt").string() + "\n";
}

std::string commands_to_print(const LaunchOptions& options) {
  std::string text;
  for (const std::string& id : open_jobs(options.sweep))
    text += shell_quoted(options.program) + " sweep run " + shell_quoted(options.sweep.string()) +
            " --only " + id + " --threads " + std::to_string(options.threads) + "\n";
  return text;
}

}  // namespace sand::experiments
