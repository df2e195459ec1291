#include "experiments/runs/run_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "experiments/runs/checkpoint_name.h"
#include "tensor/error.h"
#include "tensor/file.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecord = "record.json";  // a directory with this file holds a run
constexpr const char* kFolder = "checkpoints";
constexpr const char* kFiles[] = {"done",    "weights.safetensors", "results.jsonl", "metrics.jsonl",
                                  "out.txt", RunDirectory::kEvents};

bool is_in(const auto& list, const std::string& name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

bool is_checkpoint(const std::string& name) {
  return name == kBestCheckpoint || step_of_checkpoint(name).has_value();
}

Error cannot(const char* what, const fs::path& path, int reason) {
  return Error(Fault::io, std::string("run directory: cannot ") + what)
      .fact("path", path.string())
      .fact("reason", std::strerror(reason));
}

fs::path made(const fs::path& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  if (!failure && fs::is_directory(path, failure)) return path;
  const int reason = failure ? failure.value() : ENOTDIR;
  for (fs::path at = path; at.has_relative_path(); at = at.parent_path()) {
    const fs::path target = fs::read_symlink(at, failure);
    check(failure || fs::exists(at, failure), [&] {
      return Error(Fault::io, "run directory: a link on its path is broken")
          .fact("path", path.string())
          .fact("link", at.string())
          .fact("target", target.string())
          .hint("make the directory that the link leads to, or remove the link");
    });
  }
  throw cannot("create it", path, reason);
}

/// Whether a record.json is Sandgrad's, of any version, intact or damaged. Other programs have other keys.
bool is_ours(const Directory& directory) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 28;
  InputFile file(directory, kRecord);
  if (file.size() > kMostBytes) return false;
  const std::string text = file.text(kMostBytes);
  return text.find("\"sandgrad\"") != std::string::npos && text.find("\"numerics\"") != std::string::npos;
}

/// Throws Error(busy) for a directory that holds anything other than a run.
void check_free_for_a_run(const Directory& directory) {
  if (directory.has(kRecord)) {
    check(is_ours(directory), [&] {
      return Error(Fault::busy, "run directory: its record.json is not one of Sandgrad's, or damaged")
          .fact("path", directory.path())
          .hint("nothing was changed; give another --output-dir");
    });
    return;
  }
  for (const std::string& name : directory.names()) {
    const bool ours = name == RunLock::kName || NewFile::unfinished(name) == kRecord ||
                      (name == kFolder && directory.subdirectory(name).names().empty());
    check(ours, [&] {
      return Error(Fault::busy, "run directory: it is not empty and holds no run")
          .fact("path", directory.path())
          .hint("give another --output-dir");
    });
  }
}

std::unique_ptr<RunLock> lock_for_a_run(const Directory& directory, bool locked) {
  check_free_for_a_run(directory);  // otherwise not even a lock is written there
  std::unique_ptr<RunLock> lock = locked ? std::make_unique<RunLock>(directory) : nullptr;
  check_free_for_a_run(directory);  // another process may have changed it before the lock
  check(directory.in_place(), [&] {
    return Error(Fault::busy, "run directory: it was moved away just now")
        .fact("path", directory.path())
        .hint("try again");
  });
  return lock;
}

}  // namespace

bool RunDirectory::holds_run(const fs::path& path) {
  std::error_code failure;
  const bool found = fs::exists(path / kRecord, failure);
  // A failure does not mean that there is no run.
  check(!failure, [&] { return cannot("access it", path / kRecord, failure.value()); });
  return found;
}

RunDirectory::RunDirectory(const fs::path& path, bool locked)
    : path_(made(path)),
      directory_(path_.string()),
      lock_(lock_for_a_run(directory_, locked)),
      checkpoints_(directory_.subdirectory(kFolder)) {
  for (const std::string& name : directory_.names())
    if (const std::string whole = NewFile::unfinished(name); whole == kRecord || is_in(kFiles, whole))
      directory_.remove(name);
  for (const std::string& name : checkpoints_.names())
    if (is_checkpoint(NewFile::unfinished(name))) checkpoints_.remove(name);
}

void RunDirectory::clear() const {
  for (const char* name : kFiles) directory_.remove(name);
  for (const std::string& name : checkpoints_.names())
    if (is_checkpoint(name)) checkpoints_.remove(name);
  directory_.remove(kRecord);  // last: until then the directory still holds a run to clear
}

void RunDirectory::write(const std::string& name, std::span<const std::byte> content) const {
  directory_.check_exists();
  NewFile file(directory_, name);
  file.write(content);
  file.commit();
}

OpenFile RunDirectory::open_lines(const std::string& name) const {
  directory_.check_exists();
  OpenFile file = open_in_place(directory_, name, O_WRONLY | O_APPEND | O_CREAT);
  const auto left = lengths_.find(name);
  check(left == lengths_.end() || left->second == file.size, [&] {
    return Error(Fault::data, "run directory: a log changed during the run")
        .fact("path", directory_.path_of(name))
        .fact("expected", std::to_string(left->second) + " bytes")
        .fact("found", std::to_string(file.size) + " bytes")
        .hint("the same command resumes from the last checkpoint whose log lines are complete");
  });
  return file;
}

void RunDirectory::append_bytes(const std::string& name, const std::string& text) {
  const auto [file, before] = open_lines(name);
  const ssize_t written = ::write(file.number(), text.data(), text.size());
  const bool whole = written == static_cast<ssize_t>(text.size());
  const int reason = written < 0 ? errno : ENOSPC;
  if (!whole && ::ftruncate(file.number(), static_cast<off_t>(before)) != 0) {
    // Nothing more can be done. The failed write itself is reported.
  }
  check(whole, [&] { return cannot("write", directory_.path_of(name), reason); });
  if (is_in(kLogs, name)) lengths_[name] = before + text.size();
}

void RunDirectory::sync() {
  for (const auto& log : lengths_)
    check(::fdatasync(open_lines(log.first).descriptor.number()) == 0,
          [&] { return cannot("write", directory_.path_of(log.first), errno); });
  if (!std::exchange(names_synced_, true))
    directory_.sync();  // the files are new: their names must be on the disk, too
}

void RunDirectory::cut(const std::string& log, std::uint64_t length) {
  if (length > 0 || directory_.has(log)) {
    const OpenFile file = open_in_place(directory_, log, O_WRONLY);
    check(::ftruncate(file.descriptor.number(), static_cast<off_t>(length)) == 0,
          [&] { return cannot("cut", directory_.path_of(log), errno); });
  }
  lengths_[log] = length;
}

}  // namespace sand::experiments
