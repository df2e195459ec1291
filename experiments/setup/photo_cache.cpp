#include "experiments/setup/photo_cache.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "domains/image_decoder.h"
#include "experiments/machine/sha256.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeaderBytes = 96, kHashDigits = 64, kEntryBytes = kHashDigits + 1;
constexpr std::uint64_t kLargestPhoto = 64 << 20;  // a larger file is not decoded

/// The hash of a file; "" if it cannot be read: decoding gives the reason.
std::string hash_of(const fs::path& path) try {
  if (path.empty() || InputFile(path.string()).size() > kLargestPhoto) return "";
  return sha256_of_file(path.string());
} catch (const Error& error) {
  if (error.fault() == Fault::resources) throw;
  return "";
}

std::string one_line(std::string text) {
  for (std::size_t at; (at = text.find("\n    ")) != std::string::npos;) text.replace(at, 5, ", ");
  return text;
}

/// Reads a file in order, and hashes it.
class HashedFile {
 public:
  explicit HashedFile(const std::string& path) : file_(path) {}
  std::uint64_t size() const { return file_.size(); }
  void read(std::span<std::uint8_t> block) {
    file_.read(std::as_writable_bytes(block));
    hash_.add(block);
  }
  std::string text(std::size_t bytes) {
    std::string text(bytes, ' ');
    read({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return text;
  }
  std::string hex() { return hash_.hex(); }
  std::string unhashed(std::size_t bytes) {
    std::string text(bytes, ' ');
    file_.read(std::as_writable_bytes(std::span(text)));
    return text;
  }

 private:
  InputFile file_;
  Sha256 hash_;
};

}  // namespace

std::string photo_cache_folder(const std::string& asked, const std::string& output_dir) {
  if (asked == "none" || (asked.empty() && output_dir.empty())) return "";
  const auto whole = [](const std::string& path) {
    std::error_code failure;
    const fs::path found = fs::weakly_canonical(path, failure);
    const fs::path named = failure ? fs::absolute(path, failure) : found;
    return named.has_filename() ? named : named.parent_path();
  };
  if (asked.empty()) return whole(output_dir).parent_path().string();
  check(output_dir.empty() || whole(asked) != whole(output_dir), [&] {
    return Error(Fault::usage, "--photo-cache: must not be the run directory")
        .fact("found", printable(asked))
        .hint("several runs may use one cache: name a folder for it, or leave the flag out");
  });
  return asked;
}

PhotoCache::PhotoCache(Options options)
    : options_(std::move(options)),
      bytes_each_(std::size_t{3} * static_cast<std::size_t>(options_.side) *
                  static_cast<std::size_t>(options_.side)) {}

std::string PhotoCache::header(std::size_t count) const {
  std::string text = "sandgrad photos 1, decoder " + std::to_string(domains::kDecoderVersion) + ", side " +
                     std::to_string(options_.side) + (options_.turned ? ", turned" : "") + ", count " +
                     std::to_string(count);
  text.resize(kHeaderBytes - 1, ' ');
  return text + "\n";
}

void PhotoCache::note(const std::string& line) const {
  if (options_.note) options_.note(line);
}

bool PhotoCache::look_up(const std::vector<fs::path>& files) {
  hashes_.clear();
  for (const fs::path& file : files) hashes_.push_back(hash_of(file));
  known_.assign(files.size(), false);
  std::vector<std::string> sorted = hashes_;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  Sha256 key;
  key.add(header(0));
  for (const std::string& hash : sorted) key.add(hash);
  file_ = options_.folder / ("photos-" + key.hex().substr(0, 16) + ".cache");
  std::error_code failure;
  return fs::exists(file_, failure);
}

std::vector<bool> PhotoCache::recall(std::span<std::uint8_t> images, std::span<std::uint8_t> orientations) {
  std::vector<bool> known(hashes_.size());
  std::string why;
  try {
    why = read(images, orientations, known);
  } catch (const Error& error) {
    why = one_line(error.what());
  }
  if (why.empty()) return known_ = known;
  std::fill(orientations.begin(), orientations.end(), std::uint8_t{1});
  note("the cache of photos is not used, and written again: " + printable(file_.native()) + ": " + why);
  return known_;  // none
}

std::string PhotoCache::read(std::span<std::uint8_t> images, std::span<std::uint8_t> orientations,
                             std::vector<bool>& known) const {
  constexpr const char* kForeign = "it does not hold these photos";
  std::map<std::string, std::vector<std::size_t>> wanted;
  for (std::size_t i = 0; i < hashes_.size(); ++i)
    if (!hashes_[i].empty()) wanted[hashes_[i]].push_back(i);
  HashedFile file(file_.string());
  const std::uint64_t entry = kEntryBytes + bytes_each_, around = kHeaderBytes + kHashDigits;
  if (file.size() < around || (file.size() - around) % entry != 0) return "it has another length";
  const std::uint64_t count = (file.size() - around) / entry;
  if (count > wanted.size() || file.text(kHeaderBytes) != header(count)) return kForeign;
  const std::string entries = file.text(count * kEntryBytes);
  std::string before;
  for (std::size_t at = 0; at < entries.size(); at += kEntryBytes) {
    const std::string hash = entries.substr(at, kHashDigits);
    const auto places = wanted.find(hash);
    const auto orientation = static_cast<std::uint8_t>(entries[at + kHashDigits]);
    if (hash <= before || places == wanted.end() || orientation < 1 || orientation > 8) return kForeign;
    before = hash;
    const std::span<std::uint8_t> first = images.subspan(places->second[0] * bytes_each_, bytes_each_);
    file.read(first);
    for (const std::size_t place : places->second) {
      const std::span<std::uint8_t> image = images.subspan(place * bytes_each_, bytes_each_);
      if (place != places->second[0]) std::copy(first.begin(), first.end(), image.begin());
      orientations[place] = orientation;
      known[place] = true;
    }
  }
  return file.hex() == file.unhashed(kHashDigits) ? "" : "it is damaged: its SHA-256 differs";
}

void PhotoCache::decoded(std::size_t image, std::span<const std::uint8_t> file) {
  hashes_[image] = Sha256().add(file).hex();
}

void PhotoCache::keep(const std::vector<bool>& readable, std::span<const std::uint8_t> images,
                      std::span<const std::uint8_t> orientations) {
  std::map<std::string, std::size_t> places;
  bool is_news = false;
  for (std::size_t i = 0; i < readable.size(); ++i) {
    if (!readable[i] || hashes_[i].empty()) continue;
    places.emplace(hashes_[i], i);
    is_news = is_news || !known_[i];
  }
  if (!is_news) return;
  try {
    std::error_code failure;
    fs::create_directories(options_.folder, failure);  // if it fails, so does writing
    write(places, images, orientations);
  } catch (const Error& error) {
    note("the cache of photos was not written, the next start decodes them again: " + one_line(error.what()));
  }
}

void PhotoCache::write(const std::map<std::string, std::size_t>& places, std::span<const std::uint8_t> images,
                       std::span<const std::uint8_t> orientations) const {
  NewFile file(file_.string());
  Sha256 hash;
  const auto add = [&](const auto& block) {
    hash.add(block);
    file.write(std::as_bytes(std::span(block)));
  };
  add(header(places.size()));
  std::string entries;
  for (const auto& [name, place] : places) entries += name + static_cast<char>(orientations[place]);
  add(entries);
  for (const auto& of_photo : places) add(images.subspan(of_photo.second * bytes_each_, bytes_each_));
  const std::string trailer = hash.hex();
  file.write(std::as_bytes(std::span(trailer)));
  file.commit();
}

}  // namespace sand::experiments
