// Decoded photos in a file, so that the next start does not decode them again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "domains/image_cache.h"

namespace sand::experiments {

/// The folder of a run's cache: `asked`, the value of --photo-cache; if that is empty, the folder that holds
/// the run directory. "" for none: `asked` is "none", or empty without a run directory. Throws Error(usage)
/// if it is the run directory itself.
std::string photo_cache_folder(const std::string& asked, const std::string& output_dir);

/// FOLDER/photos-KEY.cache. The key is a SHA-256 of the photos' own SHA-256, sorted, their size, whether
/// they are turned, and the version of the decoder: names and folders of the photos do not matter, and two
/// data sets never share a file, so photos of one cannot spoil the other. The file has a header, the hash and
/// orientation of each photo, their pixels, and a SHA-256 of all that. A file that does not fit, or is
/// damaged, is noted, not used, and written again. Writing goes to a temporary file that is renamed; a
/// failure is noted.
///
/// Whoever can write the file can forge photos, so a replay decodes them itself.
class PhotoCache : public domains::ImageCache {
 public:
  struct Options {
    std::filesystem::path folder;
    int side = 64;        ///< h = w of photos
    bool turned = false;  ///< upright, as their EXIF orientation says
    domains::Note note = nullptr;
  };
  explicit PhotoCache(Options options);

  bool look_up(const std::vector<std::filesystem::path>& files) override;
  std::vector<bool> recall(std::span<std::uint8_t> images, std::span<std::uint8_t> orientations) override;
  void decoded(std::size_t image, std::span<const std::uint8_t> file) override;
  void keep(const std::vector<bool>& readable, std::span<const std::uint8_t> images,
            std::span<const std::uint8_t> orientations) override;

  const std::filesystem::path& file() const { return file_; }  ///< after look_up()

 private:
  /// Returns why the file cannot be used; "" if it was.
  std::string read(std::span<std::uint8_t> images, std::span<std::uint8_t> orientations,
                   std::vector<bool>& known) const;
  /// `places`: of the images by their hashes.
  void write(const std::map<std::string, std::size_t>& places, std::span<const std::uint8_t> images,
             std::span<const std::uint8_t> orientations) const;
  std::string header(std::size_t count) const;
  void note(const std::string& line) const;

  Options options_;
  std::size_t bytes_each_;
  std::filesystem::path file_;
  std::vector<std::string> hashes_;  // of the files, 64 hexadecimal digits; "" if unreadable
  std::vector<bool> known_;
};

}  // namespace sand::experiments
