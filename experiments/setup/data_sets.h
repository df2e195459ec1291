// Data sets by name, and where their digits and photos come from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "tensor/threads.h"

namespace sand::experiments {

const std::vector<std::string>& data_set_names();

/// Whether a data set (as it is spelled in data_set_names()) is made of photos in folders.
bool is_photo_set(const std::string& name);

/// What a data set is made of: nothing but this decides its numbers.
struct DataRequest {
  std::string name = "Spirals";  ///< one of data_set_names(), in any case
  std::string data_dir;          ///< where MNIST or the folders of photos lie; may be empty
  /// "mnist", "generated", or "auto": MNIST where data_dir is given, else generated.
  std::string digits = "auto";
  std::uint64_t seed = 0;        ///< of everything random in it
  int image_size = 64;           ///< h = w of photos
  bool skip_unreadable = false;  ///< of photos; each is named on stderr
  bool follow_links = false;     ///< symbolic links among photos
};

/// Throws Error(usage) for unknown names, and what reading the files throws. ImageFolder is `data_dir`
/// itself; PACS and the other photo sets lie in a folder of `data_dir` with that name, read without case,
/// spaces and punctuation ("office_home"), or are `data_dir` itself. Photos are decoded with progress and
/// notes on stderr.
domains::DataSet make_data_set(const DataRequest& request, const Threads& threads);

}  // namespace sand::experiments
