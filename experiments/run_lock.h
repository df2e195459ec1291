// One run per directory: a lock that the kernel takes back when its process ends, however it ends.
#pragma once

#include <filesystem>

namespace sand::experiments {

/// Holds DIR/run.lock, in which stands who holds it. A file that is left over from a crash locks nobody out.
class RunLock {
 public:
  static constexpr const char* kName = "run.lock";
  /// Throws Error(busy) naming the holder, Error(io) where there can be no such file.
  explicit RunLock(const std::filesystem::path& directory);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();  ///< removes the file, too

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace sand::experiments
