// One run per directory: locks that the kernel takes back when their process ends, however it ends.
#pragma once

#include <string>

#include "tensor/directory.h"

namespace sand::experiments {

/// Locks a directory itself, so that removing a file in it frees no lock; and its run.lock, which names the
/// holder: over NFS that one locks other hosts out, too. A file that is left over from a crash locks no
/// process out.
class RunLock {
 public:
  static constexpr const char* kName = "run.lock";
  /// Throws Error(busy) naming the holder, Error(io) where there can be no lock, Error(data) where run.lock
  /// is not a regular file.
  explicit RunLock(const Directory& directory);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();  ///< removes the file, too, if it is still the one that was locked

 private:
  void lock(int descriptor) const;
  // whether others find the locked file: its last holder may have removed it meanwhile
  bool is_in_place() const;

  Directory directory_;
  Descriptor file_;
};

}  // namespace sand::experiments
