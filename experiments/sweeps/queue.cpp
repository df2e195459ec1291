#include "experiments/sweeps/queue.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>

#include "experiments/machine/parse_json.h"
#include "experiments/sweeps/process_name.h"
#include "tensor/error.h"
#include "tensor/file.h"

namespace sand::experiments {
namespace {

constexpr std::uint64_t kMostOfFile = 1 << 16;  // of a file of the queue
constexpr std::size_t kIdLength = 32;

Error cannot(const char* what, const Directory& directory, const std::string& name, int reason) {
  return Error(Fault::io, std::string("sweep queue: cannot ") + what)
      .fact("path", directory.path_of(name))
      .fact("reason", std::strerror(reason));
}

bool exists(const Directory& directory, const std::string& name) {
  return ::faccessat(directory.descriptor(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/// Whether `from` was given another name, which only one process can do for the same `to`.
bool link_once(const Directory& directory, const std::string& from, const std::string& to) {
  const int at = directory.descriptor();
  if (::linkat(at, from.c_str(), at, to.c_str(), 0) == 0) return true;
  const int reason = errno;
  // Over NFS a repeated request may report that the name exists although the first one made it.
  struct stat file {};
  if (::fstatat(at, from.c_str(), &file, AT_SYMLINK_NOFOLLOW) == 0 && file.st_nlink == 2) return true;
  check(reason == EEXIST || reason == EPERM || reason == EOPNOTSUPP || reason == EMLINK,
        [&] { return cannot("claim a job", directory, to, reason); });
  if (reason == EEXIST) return false;
  // A file system without links, such as FAT.
  const Descriptor created(::openat(at, to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  check(created.number() >= 0 || errno == EEXIST,
        [&, why = errno] { return cannot("claim a job", directory, to, why); });
  if (created.number() < 0) return false;
  const std::string text = InputFile(directory, from).text(kMostOfFile);
  return ::write(created.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

double seconds_of(const struct timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::string name_of(const std::string& id, int claim) { return id + "." + std::to_string(claim); }

/// "ID.12.free" -> 12, free. -1 for anything but a claim.
int claim_in(const std::string& rest, bool& is_free) {
  int number = -1;
  const char* const end = rest.data() + rest.size();
  const auto [next, failure] = std::from_chars(rest.data(), end, number);
  is_free = std::string_view(next, static_cast<std::size_t>(end - next)) == ".free";
  return failure == std::errc() && number >= 0 && (next == end || is_free) ? number : -1;
}

}  // namespace

JobQueue::JobQueue(const std::filesystem::path& sweep, double stale_seconds)
    : directory_(Directory(sweep.string()).subdirectory("queue")),
      stale_seconds_(stale_seconds),
      own_(ProcessName::of_this_process().host + "." + std::to_string(::getpid())) {}

JobQueue::~JobQueue() {
  ::unlinkat(directory_.descriptor(), ("clock." + own_).c_str(), 0);
  ::unlinkat(directory_.descriptor(), ("new." + own_).c_str(), 0);
}

std::map<std::string, JobState> JobQueue::look() const {
  struct Found {
    std::map<int, bool> claims;  // number: whether it was given back
    bool done = false, failed = false;
  };
  std::map<std::string, Found> found;
  for (const std::string& name : directory_.names()) {
    if (name.size() <= kIdLength || name[kIdLength] != '.') continue;
    Found& job = found[name.substr(0, kIdLength)];
    const std::string rest = name.substr(kIdLength + 1);
    bool is_free = false;
    if (rest == "done")
      job.done = true;
    else if (rest == "failed")
      job.failed = true;
    else if (const int number = claim_in(rest, is_free); number >= 0)
      job.claims[number] = job.claims[number] || is_free;
  }
  std::map<std::string, JobState> states;
  for (const auto& [id, job] : found) {
    JobState& state = states[id];
    const auto held = [](const auto& claim) { return !claim.second; };
    if (!job.claims.empty()) state.claim = job.claims.rbegin()->first;
    state.deaths = static_cast<int>(std::count_if(job.claims.begin(), job.claims.end(), held));
    const bool is_held = !job.claims.empty() && held(*job.claims.rbegin());
    state.deaths -= is_held;
    using Kind = JobState::Kind;
    state.kind = job.done ? Kind::done : job.failed ? Kind::failed : is_held ? Kind::claimed : Kind::waiting;
  }
  return states;
}

double JobQueue::now() const {
  const std::string name = "clock." + own_;
  const Descriptor file(
      ::openat(directory_.descriptor(), name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
  struct stat status {};
  // Without a time given, a file server sets its own.
  if (file.number() < 0 || ::futimens(file.number(), nullptr) != 0 || ::fstat(file.number(), &status) != 0)
    return static_cast<double>(std::time(nullptr));  // read-only: only for the report of the status
  return seconds_of(status.st_mtim);
}

std::optional<JobQueue::File> JobQueue::read(const std::string& name) const {
  // Opening a file makes an NFS client ask for its times.
  const Descriptor file(::openat(directory_.descriptor(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) return std::nullopt;
  const auto size = std::min(static_cast<std::uint64_t>(status.st_size), kMostOfFile);
  std::string text(size, ' ');
  const ssize_t length = ::read(file.number(), text.data(), text.size());
  text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return File{std::move(text), seconds_of(status.st_mtim)};
}

bool JobQueue::is_dead(const std::string& id, int claim) const {
  const std::optional<File> file = read(name_of(id, claim));
  if (!file) return false;  // it was given back or finished just now
  if (now() - file->changed > stale_seconds_) return true;
  const std::optional<ProcessName> holder = ProcessName::parse(file->text);
  return holder && holder->has_ended();
}

std::optional<Claim> JobQueue::claim(const std::string& id, const JobState& state) const {
  if (state.kind == JobState::Kind::done || state.kind == JobState::Kind::failed) return std::nullopt;
  const bool takes_over = state.kind == JobState::Kind::claimed;
  if (takes_over && !is_dead(id, state.claim)) return std::nullopt;
  const std::string temporary = "new." + own_;
  const int at = directory_.descriptor();
  ::unlinkat(at, temporary.c_str(), 0);  // of an earlier claim that failed
  const Claim taken{id, state.claim + 1, state.deaths + takes_over};
  const std::string name = name_of(id, taken.number);
  {
    const Descriptor file(::openat(at, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    const std::string text = ProcessName::of_this_process().text();
    check(file.number() >= 0 &&
              ::write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size()),
          [&, reason = errno] { return cannot("write a claim", directory_, temporary, reason); });
  }
  const bool claimed = link_once(directory_, temporary, name);
  ::unlinkat(at, temporary.c_str(), 0);
  if (!claimed) return std::nullopt;
  // `state` may be old: meanwhile others may have finished the job and removed its claims, or given back
  // this number.
  if (exists(directory_, id + ".done") || exists(directory_, name + ".free")) {
    ::unlinkat(at, name.c_str(), 0);
    return std::nullopt;
  }
  if (exists(directory_, id + ".failed")) {
    give_back(taken);
    return std::nullopt;
  }
  return taken;
}

bool JobQueue::beat(const Claim& claim) const noexcept try {
  const std::string name = name_of(claim.id, claim.number);
  if (exists(directory_, name_of(claim.id, claim.number + 1))) return false;
  return ::utimensat(directory_.descriptor(), name.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0 ||
         errno != ENOENT;
} catch (...) {
  return true;  // no memory for a name: the next beat may work
}

/// Atomic, but does not wait for the disk: the files of the run are there already, and without this one it
/// would only be looked at again.
void JobQueue::write(const std::string& name, const std::string& text) const {
  const std::string temporary = "new." + own_;
  const int at = directory_.descriptor();
  ::unlinkat(at, temporary.c_str(), 0);
  Descriptor file(::openat(at, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  const bool written = file.number() >= 0 &&
                       ::write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  check(written && file.close() && ::renameat(at, temporary.c_str(), at, name.c_str()) == 0,
        [&, reason = errno] { return cannot("write", directory_, name, reason); });
}

void JobQueue::finish(const Claim& claim, const std::string& text) const {
  write(claim.id + ".done", text);
  for (int number = 0; number <= claim.number; ++number)
    for (const char* end : {"", ".free"})
      ::unlinkat(directory_.descriptor(), (name_of(claim.id, number) + end).c_str(), 0);
}

void JobQueue::fail(const Claim& claim, const std::string& text) const {
  write(claim.id + ".failed", text);
  give_back(claim);
}

void JobQueue::give_back(const Claim& claim) const {
  const std::string name = name_of(claim.id, claim.number), is_free = name + ".free";
  const int at = directory_.descriptor();
  check(::renameat(at, name.c_str(), at, is_free.c_str()) == 0 || errno == ENOENT,
        [&, reason = errno] { return cannot("give a job back", directory_, name, reason); });
}

bool JobQueue::retry(const std::string& id) const {
  const std::string name = id + ".failed";
  if (!exists(directory_, name)) return false;
  for (int number = 0;; ++number) {  // nobody holds a failed job
    const std::string claim = name_of(id, number), is_free = claim + ".free";
    const int at = directory_.descriptor();
    if (::renameat(at, claim.c_str(), at, is_free.c_str()) != 0 && !exists(directory_, is_free)) break;
  }
  directory_.remove(name);
  return true;
}

}  // namespace sand::experiments
