// The data sets of a worker: each is read once, and all runs of the worker share it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "experiments/setup/settings.h"
#include "tensor/threads.h"

namespace sand::experiments {

class DataCache {
 public:
  /// Keeps the data sets of the last `most` requests. In the order of a plan, jobs with the same data follow
  /// each other.
  explicit DataCache(std::size_t most = 2) : most_(most) {}

  /// data_set_of(settings). A table is read anew for other test domains, since its training domains decide
  /// its numbers. Throws what data_set_of throws.
  std::shared_ptr<const domains::DataSet> get(const Settings& settings, const Threads& threads);

  int reads() const { return reads_; }  ///< data sets read so far

 private:
  struct Entry {
    std::string source;             // everything that decides the data
    std::vector<int> test_domains;  // of the first run
    std::shared_ptr<const domains::DataSet> data;
  };
  std::size_t most_;
  std::vector<Entry> entries_;  // the last used one comes last
  int reads_ = 0;
};

}  // namespace sand::experiments
