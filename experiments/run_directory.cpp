#include "experiments/run_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

#include "tensor/error.h"
#include "tensor/file.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFiles[] = {"done", "results.jsonl", "metrics.jsonl", "out.txt", "weights.safetensors", "config.json"};

Error cannot(const char* what, const fs::path& path, int reason) {
  return Error(Fault::io, std::string("run directory: cannot ") + what).fact("path", path.string()).fact("reason", std::strerror(reason));
}

}  // namespace

RunDirectory::RunDirectory(const fs::path& path, bool fresh) : path_(path) {
  std::error_code failure;
  fs::create_directories(path_, failure);
  check(!failure && fs::is_directory(path_, failure), [&] { return cannot("make it", path_, failure ? failure.value() : ENOTDIR); });
  const bool empty = fs::is_empty(path_, failure);
  check(!failure, [&] { return cannot("look into it", path_, failure.value()); });
  if (empty) return;
  const bool holds_a_run = fs::exists(path_ / "config.json", failure);
  check(fresh && holds_a_run, [&] {
    return Error(Fault::busy, holds_a_run ? "run directory: it holds a run already" : "run directory: it is not empty and holds no run")
        .fact("path", path_.string())
        .hint(holds_a_run ? "--fresh starts over and removes that run; or give another --output-dir" : "give another --output-dir");
  });
  for (const char* name : kFiles) {
    fs::remove(path_ / name, failure);
    check(!failure, [&] { return cannot("remove an old file", path_ / name, failure.value()); });
  }
}

void RunDirectory::write(const std::string& name, const std::string& content) const {
  NewFile file((path_ / name).string());
  file.write(std::as_bytes(std::span(content)));
  file.commit();
}

void RunDirectory::append(const std::string& name, const std::string& line) const {
  const fs::path file = path_ / name;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  check(descriptor >= 0, [&] { return cannot("open", file, errno); });
  struct stat before {};
  const std::string text = line + "\n";
  const bool known = ::fstat(descriptor, &before) == 0;
  const ssize_t written = known ? ::write(descriptor, text.data(), text.size()) : -1;
  const bool whole = written == static_cast<ssize_t>(text.size());
  const int reason = written < 0 ? errno : ENOSPC;
  if (known && !whole && ::ftruncate(descriptor, before.st_size) != 0) {
    // Nothing more can be done: the write's own failure is what gets reported.
  }
  ::close(descriptor);
  check(whole, [&] { return cannot("write", file, reason); });
}

}  // namespace sand::experiments
