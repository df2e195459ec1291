// Data sets by name, and the sources of their digits and photos.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "experiments/setup/own_data.h"
#include "tensor/threads.h"

namespace sand::experiments {

const std::vector<std::string>& data_set_names();

/// What is learned from a data set (spelled as in data_set_names()), unless it is a user's own.
domains::Task task_of_data_set(const std::string& name);

/// Whether a data set (spelled as in data_set_names()) consists of photos in folders.
bool is_photo_set(const std::string& name);

/// Whether a data set (spelled as in data_set_names()) is one of the linear unit tests.
bool is_linear_example(const std::string& name);

/// The model that DomainBed's protocol trains on a data set (spelled as in data_set_names()), by image size.
std::string standard_model(const std::string& name);

/// All inputs of a data set: nothing else decides its numbers.
struct DataRequest {
  std::string name = "Spirals";  ///< one of data_set_names(), in any case
  std::string data_dir;          ///< directory of MNIST or of the folders of photos; may be empty
  /// "mnist" or another collection of domains/digit_files.h, "generated", or "auto": MNIST if data_dir is
  /// given, else generated.
  std::string digits = "auto";
  std::uint64_t seed = 0;        ///< of all its random numbers
  int image_size = 64;           ///< h = w of photos
  bool skip_unreadable = false;  ///< skip unreadable photos, and name them on stderr
  bool follow_links = false;     ///< follow symbolic links among photos
  bool turn_photos = false;      ///< upright, as their EXIF data say
  int signature = 16;            ///< numbers of the signature of Spirals; 0: none, so no shortcut
  double turns = 3;              ///< of a spiral
  int digit_count = 0;           ///< of generated digits; 0: as many as MNIST has
  std::string photo_cache = {};  ///< folder for decoded photos, see PhotoCache; "": none. Decides no number
  OwnDataRequest own = {};       ///< of Table and Arrays
};

/// A data set that is not of photos.
struct DataSetRow {
  const char* name;
  /// A function of (request, number type): any number of threads makes the same data.
  domains::DataSet (*make)(const DataRequest& request, const Threads& threads);
  const char* model = "MLP";  ///< that DomainBed trains on it
  domains::Task task = domains::Task::classify;
};

/// Adds a data set of a user's program, at its start. Throws what Registry::add throws.
void add_data_set(DataSetRow row);

/// Throws Error(usage) for unknown names, and what reading the files throws. ImageFolder is `data_dir`
/// itself. PACS and the other photo sets are `data_dir`, or the folder in it with their name; names are
/// compared without case, spaces and punctuation ("office_home"). Prints progress and notes on photos and on
/// a user's own data to stderr.
domains::DataSet make_data_set(const DataRequest& request, const Threads& threads);

}  // namespace sand::experiments
