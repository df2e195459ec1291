// Memory shared by several workers, in this process or in others. A worker that needs more than is free waits
// until others are done.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace sand::domains {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t bytes) : bytes_(bytes), free_(bytes) {}

  std::uint64_t bytes() const { return bytes_; }  ///< the total

  /// Reserves bytes for its lifetime. Each worker holds at most one share at a time, so every worker gets its
  /// share.
  class Share {
   public:
    /// Waits until `bytes` are free. Takes at most budget.bytes(): more never become free.
    Share(MemoryBudget& budget, std::uint64_t bytes) : budget_(budget), taken_(bytes) {
      std::unique_lock<std::mutex> lock(budget_.mutex_);
      budget_.more_.wait(lock, [&] { return budget_.free_ >= taken_; });
      budget_.free_ -= taken_;
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() {
      {
        const std::lock_guard<std::mutex> lock(budget_.mutex_);
        budget_.free_ += taken_;
      }
      budget_.more_.notify_all();
    }

   private:
    MemoryBudget& budget_;
    std::uint64_t taken_;
  };

 private:
  std::uint64_t bytes_, free_;
  std::mutex mutex_;
  std::condition_variable more_;
};

}  // namespace sand::domains
