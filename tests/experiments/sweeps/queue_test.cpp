#include "experiments/sweeps/queue.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "experiments/sweeps/process_name.h"
#include "tests/folder.h"

using namespace sand::experiments;
using sand::testing::Folder;
using Kind = JobState::Kind;

namespace {

const std::string kId(32, 'a'), kOther(32, 'b');

JobState state_of(const JobQueue& queue, const std::string& id = kId) {
  const auto states = queue.look();
  const auto found = states.find(id);
  return found == states.end() ? JobState{} : found->second;
}

/// A claim of a process that has ended.
void claim_and_die(const Folder& folder) {
  const pid_t child = ::fork();
  if (child == 0) {
    const JobQueue queue(folder.path, 100);
    queue.claim(kId, state_of(queue));
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
}

/// Makes a file of the queue this much older than now.
void age(const Folder& folder, const std::string& name, double seconds) {
  struct stat status {};
  const std::string path = folder / ("queue/" + name);
  REQUIRE(::stat(path.c_str(), &status) == 0);
  timespec times[2] = {status.st_mtim, status.st_mtim};
  for (timespec& time : times) time.tv_sec -= static_cast<time_t>(seconds);
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

/// As if another host had made the claim: its process cannot be looked up here.
void move_to_another_host(const Folder& folder, const std::string& name) {
  ProcessName other = ProcessName::of_this_process();
  other.host = "elsewhere";
  sand::testing::write_file(folder / ("queue/" + name), other.text());
}

}  // namespace

TEST_CASE("A job without files waits, and only one of two workers can claim it") {
  const Folder folder;
  const JobQueue queue(folder.path, 100);
  const JobState waiting = state_of(queue);
  CHECK(waiting.kind == Kind::waiting);
  const auto claim = queue.claim(kId, waiting);
  REQUIRE(claim);
  CHECK(claim->number == 0);
  CHECK_FALSE(queue.claim(kId, waiting));
  CHECK(state_of(queue).kind == Kind::claimed);
  CHECK_FALSE(queue.claim(kId, state_of(queue)));
  CHECK(state_of(queue, kOther).kind == Kind::waiting);
}

TEST_CASE("Of many processes with the same old look, one claims a job") {
  const Folder folder;
  for (int round = 0; round < 20; ++round) {
    const std::string id(32, static_cast<char>('a' + round));
    std::vector<pid_t> children(6);
    for (pid_t& child : children)
      if (child = ::fork(); child == 0) {
        const JobQueue queue(folder.path, 100);
        ::_exit(queue.claim(id, JobState{}) ? 1 : 0);
      }
    int claimed = 0;
    for (const pid_t child : children) {
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      claimed += WEXITSTATUS(status);
    }
    CHECK(claimed == 1);
  }
}

TEST_CASE("A finished job has no claims, and an old look does not claim it again") {
  const Folder folder;
  const JobQueue queue(folder.path, 100);
  const JobState old = state_of(queue);
  queue.finish(*queue.claim(kId, old), "{}");
  CHECK(state_of(queue).kind == Kind::done);
  CHECK(sand::testing::names_in(folder / "queue") == std::set<std::string>{kId + ".done"});
  CHECK_FALSE(queue.claim(kId, old));
  CHECK(state_of(queue).kind == Kind::done);
  CHECK(queue.read(kId + ".done")->text == "{}");
  CHECK_FALSE(queue.read(kId + ".failed"));
}

TEST_CASE("A job that was given back is claimed under the next number") {
  const Folder folder;
  const JobQueue queue(folder.path, 100);
  const JobState old = state_of(queue);
  queue.give_back(*queue.claim(kId, old));
  CHECK(state_of(queue).kind == Kind::waiting);
  CHECK_FALSE(queue.claim(kId, old));  // number 0 was used: a look from before must not use it again
  const auto again = queue.claim(kId, state_of(queue));
  REQUIRE(again);
  CHECK(again->number == 1);
  CHECK(again->deaths == 0);
}

TEST_CASE("A failed job waits only after a retry") {
  const Folder folder;
  const JobQueue queue(folder.path, 100);
  queue.fail(*queue.claim(kId, state_of(queue)), R"({"message": "no"})");
  CHECK(state_of(queue).kind == Kind::failed);
  CHECK_FALSE(queue.claim(kId, state_of(queue)));
  CHECK_FALSE(queue.claim(kId, JobState{Kind::waiting, 0, 0}));
  CHECK(state_of(queue).kind == Kind::failed);
  CHECK(queue.retry(kId));
  CHECK_FALSE(queue.retry(kId));
  CHECK(queue.claim(kId, state_of(queue)));
}

TEST_CASE("The job of a process that has ended here is taken over at once") {
  const Folder folder;
  claim_and_die(folder);
  const JobQueue queue(folder.path, 1e6);
  const auto claim = queue.claim(kId, state_of(queue));
  REQUIRE(claim);
  CHECK(claim->number == 1);
  CHECK(claim->deaths == 1);
}

TEST_CASE("Deaths are counted, and a retry forgets them") {
  const Folder folder;
  for (int i = 0; i < 4; ++i) claim_and_die(folder);
  const JobQueue queue(folder.path, 1e6);
  const auto claim = queue.claim(kId, state_of(queue));
  REQUIRE(claim);
  CHECK(claim->deaths == 4);
  queue.fail(*claim, "{}");
  queue.retry(kId);
  CHECK(queue.claim(kId, state_of(queue))->deaths == 0);
}

TEST_CASE("The job of another host is taken over once its claim is older than the limit") {
  const Folder folder;
  const JobQueue queue(folder.path, 100);
  REQUIRE(queue.claim(kId, state_of(queue)));
  move_to_another_host(folder, kId + ".0");
  age(folder, kId + ".0", 50);
  CHECK_FALSE(queue.claim(kId, state_of(queue)));
  age(folder, kId + ".0", 150);
  CHECK(queue.claim(kId, state_of(queue)));
}

TEST_CASE("A beat makes a claim young, and tells of a takeover") {
  const Folder folder;
  const JobQueue queue(folder.path, 100);
  const auto claim = queue.claim(kId, state_of(queue));
  move_to_another_host(folder, kId + ".0");
  age(folder, kId + ".0", 150);
  CHECK(queue.is_dead(kId, 0));
  CHECK(queue.beat(*claim));
  CHECK_FALSE(queue.is_dead(kId, 0));
  age(folder, kId + ".0", 150);
  REQUIRE(queue.claim(kId, state_of(queue)));
  CHECK_FALSE(queue.beat(*claim));
}

TEST_CASE("Other files in the queue are no jobs") {
  const Folder folder;
  const JobQueue queue(folder.path, 100);
  for (const char* name : {"readme", ".nfs0001", "clock.host.1"})
    sand::testing::write_file(folder / (std::string("queue/") + name), "");
  for (const char* end : {"", ".x", ".-1", ".1x", ".1.free.x", ".done.part1"})
    sand::testing::write_file(folder / ("queue/" + kId + end), "");
  CHECK(state_of(queue).kind == Kind::waiting);
  CHECK(state_of(queue).claim == -1);
}

TEST_CASE("A process is known to have ended only on its host, in its namespace, by its start") {
  ProcessName name = ProcessName::of_this_process();
  CHECK_FALSE(name.has_ended());
  CHECK(ProcessName::parse(name.text())->process == name.process);
  name.start -= 1;  // an earlier process with this number
  CHECK(name.has_ended());
  name.space += "x";
  CHECK_FALSE(name.has_ended());
  name = ProcessName::of_this_process();
  name.start -= 1;
  name.host = "elsewhere";
  CHECK_FALSE(name.has_ended());
  CHECK_FALSE(ProcessName::parse("torn {"));
  CHECK_FALSE(ProcessName::parse(R"({"host": 1})"));
}
