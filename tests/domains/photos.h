// A data set of photos on the disk, for tests of image folders.
#pragma once

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "domains/image_folder.h"
#include "tensor/error.h"
#include "tests/domains/test_images.h"
#include "tests/folder.h"

namespace sand::domains {

/// A data set on the disk, removed with the object.
struct Photos {
  const testing::Folder made;
  const std::filesystem::path folder = made.path;
  std::vector<std::string> notes;
  ImageFolderOptions options{.side = 8, .note = [this](const std::string& line) { notes.push_back(line); }};

  void write(const std::filesystem::path& name, const Bytes& bytes) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream file(folder / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  /// An image of one shade of grey.
  void paint(const std::filesystem::path& name, int shade) const {
    write(name, png_file(8, 8, Bytes(3 * 64, static_cast<std::uint8_t>(shade))));
  }

  DataSet read(int threads = 2) const { return image_folder(folder, options, Threads(threads)); }
  /// "65 message", with the folder's name as FOLDER.
  std::string complaint() const {
    try {
      read();
    } catch (const Error& error) {
      std::string text = std::to_string(static_cast<int>(error.fault())) + " " + error.what();
      for (std::size_t at; (at = text.find(folder.string())) != std::string::npos;)
        text.replace(at, folder.string().size(), "FOLDER");
      return text;
    }
    return "no complaint";
  }
};

/// Red of the first pixel of every example, as it was painted.
inline std::vector<int> shades(const Domain& domain) {
  std::vector<int> found;
  std::vector<Scalar> input(static_cast<std::size_t>(domain.example.size()));
  for (std::uint32_t i = 0; i < domain.size(); ++i) {
    domain.read(i, input);
    found.push_back(static_cast<int>(std::lround(255 * (static_cast<double>(input[0]) * 0.229 + 0.485))));
  }
  return found;
}

}  // namespace sand::domains
