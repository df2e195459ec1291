#include "experiments/sweeps/launch.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "experiments/sweeps/external_command.h"
#include "experiments/sweeps/plan.h"
#include "tensor/error.h"
#include "tests/folder.h"

using namespace sand::experiments;
using sand::testing::Folder;

namespace {

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

LaunchOptions planned(const Folder& folder) {
  SweepRequest request;
  request.data_sets = {"Spirals"};
  request.algorithms = {"ERM"};
  request.test_sets = {"0"};
  request.hparams = 4;
  request.trials = 1;
  write_plan(folder / "a sweep", make_jobs(request));
  LaunchOptions options;
  options.sweep = folder / "a sweep";
  options.program = "/opt/sandgrad";
  return options;
}

}  // namespace

TEST_CASE("Text for a shell is quoted only where that is needed") {
  CHECK(shell_quoted("/a/b-c.d") == "/a/b-c.d");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("a b") == "'a b'");
  CHECK(shell_quoted("it's $HOME") == "'it'\\''s $HOME'");
  CHECK(run_command({"sh", "-c", "printf %s " + shell_quoted("it's; $HOME `x` \"")}).output ==
        "it's; $HOME `x` \"");
}

TEST_CASE("A script for Slurm has an array that is put into the queue again before its time is over") {
  LaunchOptions options;
  options.sweep = "/data/sweep";
  options.program = "/opt/sandgrad";
  options.cores = 8;
  options.threads = 2;
  options.time = "1:00:00";
  options.more = {"--account=mine"};
  const std::string text = slurm_script(options, 5);
  for (const char* part :
       {"#!/bin/bash\n", "#SBATCH --array=0-4\n", "#SBATCH --requeue\n", "#SBATCH --signal=B:USR1@90 ",
        "#SBATCH --cpus-per-task=8\n", "#SBATCH --time=1:00:00\n", "#SBATCH --account=mine\n",
        "/opt/sandgrad sweep run /data/sweep --jobs 4 --threads 2 --failures-ok &\n"})
    CHECK_MESSAGE(says(text, part), part);
  CHECK_FALSE(says(text, "--partition"));
  CHECK_FALSE(says(text, "--mem="));
}

TEST_CASE("The scripts are good shell, also for a directory with a space") {
  const Folder folder;
  LaunchOptions options = planned(folder);
  options.submit = false;
  const std::string told = launch_slurm(options);
  CHECK(says(told, "4 jobs, 1 workers\n"));
  for (const char* script : {"a sweep/slurm.sh", "a sweep/collect.sh"}) {
    const CommandResult result = run_command({"bash", "-n", folder / script});
    CHECK_MESSAGE(result.code == 0, result.errors);
    CHECK(says(sand::testing::text_of(folder / script), "'" + folder / "a sweep" + "'"));
  }
}

TEST_CASE("Commands to print name each job that is not done") {
  const Folder folder;
  const std::string text = commands_to_print(planned(folder));
  CHECK(std::count(text.begin(), text.end(), '\n') == 4);
  for (const Job& job : read_plan(folder / "a sweep"))
    CHECK(says(text, "/opt/sandgrad sweep run '" + folder / "a sweep" + "' --only " + job.id));
}

TEST_CASE("A launcher that is not installed, and one that refuses, are named") {
  const Folder folder;
  const LaunchOptions options = planned(folder);
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", (folder / "bin").c_str(), 1);
  CHECK_THROWS_WITH_AS(launch_slurm(options),
                       "scontrol: this program is not installed here\n    reason No such file or directory",
                       sand::Error);
  std::filesystem::create_directory(folder / "bin");
  const auto program = [&](const std::string& name, const std::string& body) {
    sand::testing::write_file(folder / ("bin/" + name), "#!/bin/sh\n" + body + "\n");
    std::filesystem::permissions(folder / ("bin/" + name), std::filesystem::perms::owner_all);
  };
  program("scontrol", "echo 'MaxArraySize            = 3'");
  program("sbatch", "echo 'sbatch: error: QOSMaxSubmitJobPerUserLimit' >&2; exit 1");
  try {
    launch_slurm(options);
    FAIL("a refusal was accepted");
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::resources);
    CHECK(says(error.what(), "sweep launch: Slurm refused"));
    CHECK(says(error.what(), "reason sbatch: error: QOSMaxSubmitJobPerUserLimit"));
  }
  program("sbatch", "echo \"$@\" >>" + shell_quoted(folder / "calls") + "; echo '77;cluster'");
  LaunchOptions many = options;
  many.workers = 4;
  const std::string told = launch_slurm(many);
  ::setenv("PATH", path.c_str(), 1);
  CHECK(says(told, "4 jobs, 3 workers (Slurm's MaxArraySize and the jobs allow no more)\n"));
  CHECK(says(told, "array 77: "));
  const std::string calls = sand::testing::text_of(folder / "calls");
  CHECK(says(calls, "--parsable " + folder / "a sweep/slurm.sh"));
  CHECK(says(calls, "--parsable --dependency=afterok:77 " + folder / "a sweep/collect.sh"));
}

TEST_CASE("A command's output, errors and code are returned, however much it prints") {
  const CommandResult result =
      run_command({"sh", "-c", "head -c 200000 /dev/zero; head -c 200000 /dev/zero >&2; exit 3"});
  CHECK(result.output.size() == 200000);
  CHECK(result.errors.size() == 200000);
  CHECK(result.code == 3);
  CHECK(run_command({"sh", "-c", "kill -9 $$"}).code == 137);
}
