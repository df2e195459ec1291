// One run per directory: the kernel releases these locks when their process ends, in any way.
#pragma once

#include <string>

#include "tensor/directory.h"

namespace sand::experiments {

/// Locks the directory itself, so that removing a file in it releases no lock. Also locks its run.lock, which
/// names the holder: over NFS this lock excludes other hosts. A run.lock left after a crash blocks no
/// process.
class RunLock {
 public:
  static constexpr const char* kName = "run.lock";
  /// Throws Error(busy) naming the holder, Error(io) if locks are not available, Error(data) if run.lock is
  /// not a regular file.
  explicit RunLock(const Directory& directory);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();  ///< also removes the file, if it is still the locked one

 private:
  void lock(int descriptor) const;
  // whether the locked file is still in the directory: its last holder may have removed it
  bool is_in_place() const;

  Directory directory_;
  Descriptor file_;
};

}  // namespace sand::experiments
