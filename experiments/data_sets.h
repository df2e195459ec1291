// Data sets by name, and where their digits come from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "tensor/threads.h"

namespace sand::experiments {

const std::vector<std::string>& data_set_names();

/// What a data set is made of: nothing but this decides its numbers.
struct DataRequest {
  std::string name;             ///< one of data_set_names(), in any case
  std::string data_dir;         ///< where MNIST lies; may be empty
  std::string digits = "auto";  ///< "mnist", "generated", or "auto": MNIST where data_dir is given, else generated
  std::uint64_t seed = 0;       ///< of everything random in it
};

/// Throws Error(usage) for unknown names, and what reading the files throws.
domains::DataSet make_data_set(const DataRequest& request, const Threads& threads);

}  // namespace sand::experiments
