// A page has no files: what reads them on other machines refuses here, and what reports on a terminal is
// silent. The page offers nothing that would call these.
#include "domains/digit_files.h"
#include "domains/image_folder.h"
#include "domains/image_scan.h"
#include "domains/tables/arrays.h"
#include "domains/tables/table.h"
#include "experiments/machine/available_memory.h"
#include "experiments/machine/progress.h"
#include "experiments/machine/sha256.h"
#include "experiments/setup/photo_cache.h"
#include "experiments/training/parameter_file.h"
#include "tensor/error.h"

namespace sand {
namespace {

[[noreturn]] void refuse(const char* what) {
  throw Error(Fault::usage, std::string(what) + ": the playground has no files")
      .hint("sandgrad on your own computer reads them");
}

}  // namespace

namespace domains {

std::vector<std::string> folders_in(const std::filesystem::path&) { refuse("photos"); }
DataSet image_folder(const std::filesystem::path&, const ImageFolderOptions&, const Threads&) {
  refuse("photos");
}
Digits read_mnist(const std::filesystem::path&, MnistPart, const std::string&) { refuse("digits"); }
const std::vector<DigitCollection>& digit_collections() {
  static const std::vector<DigitCollection> none;
  return none;
}
DataSet table(const std::filesystem::path&, const TableOptions&) { refuse("table"); }
DataSet arrays(const std::filesystem::path&, const ArraysOptions&) { refuse("arrays"); }

}  // namespace domains

namespace experiments {

std::string sha256_of_file(const std::string&) { refuse("first weights"); }
void load_weights(const std::string&, Parameters&, const LeftOutTensor&) { refuse("first weights"); }
std::optional<AvailableMemory> available_memory(const Threads&, const std::filesystem::path&) {
  return std::nullopt;
}

Progress::Progress(std::string, int, std::string) {}
Progress::~Progress() = default;
void Progress::at(int, const std::string&) {}
void Progress::clear() {}

PhotoCache::PhotoCache(Options) { refuse("photos"); }
bool PhotoCache::look_up(const std::vector<std::filesystem::path>&) { return false; }
std::vector<bool> PhotoCache::recall(std::span<std::uint8_t>, std::span<std::uint8_t>) { return {}; }
void PhotoCache::decoded(std::size_t, std::span<const std::uint8_t>) {}
void PhotoCache::keep(const std::vector<bool>&, std::span<const std::uint8_t>,
                      std::span<const std::uint8_t>) {}

}  // namespace experiments
}  // namespace sand
