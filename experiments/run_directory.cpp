#include "experiments/run_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "tensor/error.h"
#include "tensor/file.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecord = "record.json";  // it is what makes a directory a run's
constexpr const char* kFolder = "checkpoints";
constexpr const char* kLines[] = {"results.jsonl", "metrics.jsonl"};
constexpr const char* kFiles[] = {"done", "weights.safetensors", "results.jsonl", "metrics.jsonl", "out.txt"};

Error cannot(const char* what, const fs::path& path, int reason) {
  return Error(Fault::io, std::string("run directory: cannot ") + what).fact("path", path.string()).fact("reason", std::strerror(reason));
}

/// "record.json.part3" -> "record.json"; "" for a file that is whole. See NewFile.
std::string half_written(const std::string& name) {
  const std::size_t dot = name.rfind(".part");
  const bool is_part = dot != std::string::npos && name.find_first_not_of("0123456789", dot + 5) == std::string::npos;
  return is_part && name.size() > dot + 5 ? name.substr(0, dot) : "";
}

/// Whether there is something; a disk that does not answer is no "no".
bool is_there(const fs::path& path) {
  std::error_code failure;
  const bool found = fs::exists(path, failure);
  check(!failure, [&] { return cannot("look into it", path, failure.value()); });
  return found;
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code failure;
  for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) found.push_back(at->path());
  check(!failure, [&] { return cannot("look into it", folder, failure.value()); });
  return found;
}

void remove_old(const fs::path& file) {
  std::error_code failure;
  fs::remove(file, failure);
  check(!failure, [&] { return cannot("remove an old file", file, failure.value()); });
}

fs::path made(const fs::path& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  check(!failure && fs::is_directory(path, failure), [&] { return cannot("make it", path, failure ? failure.value() : ENOTDIR); });
  return path;
}

/// Throws Error(busy) for a directory in which somebody keeps something else than a run.
const fs::path& free_for_a_run(const fs::path& path) {
  if (RunDirectory::holds_run(path)) return path;
  for (const fs::path& entry : entries(path)) {
    const std::string name = entry.filename().string();
    const bool ours = name == RunLock::kName || half_written(name) == kRecord || (name == kFolder && entries(entry).empty());
    check(ours, [&] {
      return Error(Fault::busy, "run directory: it is not empty and holds no run")
          .fact("path", path.string())
          .hint("give another --output-dir");
    });
  }
  return path;
}

/// A descriptor that closes itself.
class Opened {
 public:
  Opened(const fs::path& path, int flags) : number(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0666)) {
    check(number >= 0, [&, reason = errno] { return cannot("open", path, reason); });
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened() { ::close(number); }

  const int number;
};

}  // namespace

bool RunDirectory::holds_run(const fs::path& path) { return is_there(path / kRecord); }

RunDirectory::RunDirectory(const fs::path& path) : path_(made(path)), lock_(free_for_a_run(path_)) {
  free_for_a_run(path_);  // another process may have been here before the lock was ours
  made(checkpoints());
  for (const fs::path& folder : {path_, checkpoints()})
    for (const fs::path& entry : entries(folder)) {
      const std::string whole = half_written(entry.filename().string());
      const bool ours = folder != path_ || whole == kRecord ||
                        std::any_of(std::begin(kFiles), std::end(kFiles), [&](const char* name) { return whole == name; });
      if (!whole.empty() && ours) remove_old(entry);
    }
}

bool RunDirectory::has(const std::string& name) const { return is_there(path_ / name); }

std::string RunDirectory::read(const std::string& name) const {
  InputFile file((path_ / name).string());
  std::string text(std::min<std::uint64_t>(file.size(), 1 << 20), ' ');
  file.read(std::as_writable_bytes(std::span(text)));
  return text;
}

void RunDirectory::clear() const {
  for (const char* name : kFiles) remove_old(path_ / name);
  for (const fs::path& entry : entries(checkpoints()))
    if (entry.extension() == ".safetensors") remove_old(entry);
  remove_old(path_ / kRecord);  // last: until then it is a run to be cleared
}

void RunDirectory::write(const std::string& name, const std::string& content) const {
  NewFile file((path_ / name).string());
  file.write(std::as_bytes(std::span(content)));
  file.commit();
}

void RunDirectory::append(const std::string& name, const std::string& line) const {
  const fs::path file = path_ / name;
  const Opened opened(file, O_WRONLY | O_APPEND | O_CREAT);
  struct stat before {};
  const std::string text = line + "\n";
  const bool known = ::fstat(opened.number, &before) == 0;
  const ssize_t written = known ? ::write(opened.number, text.data(), text.size()) : -1;
  const bool whole = written == static_cast<ssize_t>(text.size());
  const int reason = written < 0 ? errno : ENOSPC;
  if (known && !whole && ::ftruncate(opened.number, before.st_size) != 0) {
    // Nothing more can be done: the write's own failure is what gets reported.
  }
  check(whole, [&] { return cannot("write", file, reason); });
}

std::uint64_t RunDirectory::length(const std::string& name) const {
  if (!has(name)) return 0;
  std::error_code failure;
  const std::uintmax_t bytes = fs::file_size(path_ / name, failure);
  check(!failure, [&] { return cannot("look into it", path_ / name, failure.value()); });
  return bytes;
}

void RunDirectory::sync() {
  for (const char* name : kLines) {
    if (!has(name)) continue;
    const Opened file(path_ / name, O_RDONLY);
    check(::fdatasync(file.number) == 0, [&] { return cannot("write", path_ / name, errno); });
  }
  if (std::exchange(names_synced_, true)) return;
  const Opened folder(path_, O_RDONLY | O_DIRECTORY);  // the files are new, and their names must last, too
  check(::fsync(folder.number) == 0 || errno == EINVAL, [&] { return cannot("write", path_, errno); });
}

void RunDirectory::check_line_end(const std::string& name, std::uint64_t length) const {
  if (length == 0) return;
  const fs::path path = path_ / name;
  char last = 0;
  if (length <= this->length(name)) {
    const Opened file(path, O_RDONLY);
    check(::pread(file.number, &last, 1, static_cast<off_t>(length) - 1) >= 0, [&] { return cannot("read", path, errno); });
  }
  check(last == '\n', [&] {
    return Error(Fault::data, "run directory: a file of lines is not the one that was written")
        .fact("path", path.string())
        .fact("expected", "a line that ends at byte " + std::to_string(length));
  });
}

void RunDirectory::cut(const std::string& name, std::uint64_t length) const {
  check_line_end(name, length);
  if (!has(name)) return;
  const Opened file(path_ / name, O_WRONLY);
  check(::ftruncate(file.number, static_cast<off_t>(length)) == 0, [&] { return cannot("cut", path_ / name, errno); });
}

}  // namespace sand::experiments
