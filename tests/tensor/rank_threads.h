// Ranks without MPI: threads of one process.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tensor/ranks.h"

namespace sand::testing {

/// The place where the threads meet. It is stricter than MPI: ranks that share different blocks fail.
class RankThreads {
 public:
  explicit RankThreads(int count) : posted_(static_cast<std::size_t>(count)) {}

  class Channel final : public RankChannel {
   public:
    Channel(RankThreads& all, int rank) : all_(all), rank_(rank) {}
    int rank() const override { return rank_; }
    int count() const override { return static_cast<int>(all_.posted_.size()); }
    void share(std::span<const RankBlock> blocks) override { all_.share(rank_, blocks, bytes_received); }
    std::size_t bytes_received = 0;

   private:
    RankThreads& all_;
    int rank_;
  };

  /// A rank has failed: those that wait for it fail, too.
  void give_up() {
    const std::lock_guard lock(mutex_);
    lost_ = true;
    met_.notify_all();
  }

 private:
  void share(int rank, std::span<const RankBlock> blocks, std::size_t& received) {
    posted_[static_cast<std::size_t>(rank)] = blocks;
    meet();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const std::span<const RankBlock> theirs = posted_[static_cast<std::size_t>(blocks[i].owner)];
      if (theirs.size() != blocks.size() || theirs[i].owner != blocks[i].owner ||
          theirs[i].bytes.size() != blocks[i].bytes.size())
        throw std::logic_error("ranks share different blocks");
      if (blocks[i].owner == rank) continue;
      std::copy(theirs[i].bytes.begin(), theirs[i].bytes.end(), blocks[i].bytes.begin());
      received += blocks[i].bytes.size();
    }
    meet();
  }

  void meet() {
    std::unique_lock lock(mutex_);
    const int meeting = meetings_;
    if (++here_ == static_cast<int>(posted_.size())) {
      here_ = 0;
      ++meetings_;
      met_.notify_all();
    }
    met_.wait(lock, [&] { return lost_ || meetings_ != meeting; });
    if (meetings_ == meeting) throw std::runtime_error("another rank was lost");
  }

  std::vector<std::span<const RankBlock>> posted_;
  std::mutex mutex_;
  std::condition_variable met_;
  int here_ = 0, meetings_ = 0;
  bool lost_ = false;
};

/// Runs body(ranks) on `count` threads, each of which is a rank, and waits for all. -> the errors of the
/// ranks; null for none
template <class Body>
std::vector<std::exception_ptr> errors_of_ranks(int count, const Body& body) {
  RankThreads all(count);
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(count));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < count; ++rank)
    threads.emplace_back([&, rank] {
      RankThreads::Channel channel(all, rank);
      try {
        body(Ranks(channel));
      } catch (...) {
        errors[static_cast<std::size_t>(rank)] = std::current_exception();
        all.give_up();
      }
    });
  for (std::thread& thread : threads) thread.join();
  return errors;
}

/// The same, for ranks that must not fail.
template <class Body>
void on_rank_threads(int count, const Body& body) {
  for (const std::exception_ptr& error : errors_of_ranks(count, body))
    if (error) std::rethrow_exception(error);
}

/// What body(ranks) returns on each of `count` ranks, in their order.
template <class Body>
auto of_rank_threads(int count, const Body& body) {
  std::vector<decltype(body(Ranks()))> results(static_cast<std::size_t>(count));
  on_rank_threads(count,
                  [&](const Ranks& ranks) { results[static_cast<std::size_t>(ranks.rank())] = body(ranks); });
  return results;
}

}  // namespace sand::testing
