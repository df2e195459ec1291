#include "domains/mnist.h"

#include <algorithm>
#include <system_error>

#include "domains/idx.h"
#include "tensor/error.h"
#include "tensor/md5.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

namespace fs = std::filesystem;

/// One of the four files, and the MD5 of LeCun's published file of this name, decompressed.
struct MnistFile {
  std::string name;
  std::string md5;
};

/// Images, labels, images, labels.
std::vector<MnistFile> files_of(MnistPart part) {
  std::vector<MnistFile> files;
  if (part != MnistPart::test)
    files.insert(files.end(), {{"train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"},
                               {"train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"}});
  if (part != MnistPart::train)
    files.insert(files.end(), {{"t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"},
                               {"t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"}});
  return files;
}

/// Finds `name` in `folder`, raw or .gz. The last dash but one may be a dot, as in some archives; or the file
/// is inside a folder of its name, as in Kaggle's archives. Returns "" if there is none.
fs::path find(const fs::path& folder, const std::string& name, bool inside = true) {
  std::string dotted = name;
  dotted[dotted.find("-idx")] = '.';
  std::error_code unreadable;  // an unreadable file counts as missing
  for (const fs::path& path :
       {folder / name, folder / (name + ".gz"), folder / dotted, folder / (dotted + ".gz")}) {
    if (!fs::is_directory(path, unreadable)) {
      if (fs::exists(path, unreadable)) return path;
    } else if (inside) {
      if (const fs::path file = find(path, name, false); !file.empty()) return file;
    }
  }
  return {};
}

/// What is there instead of a missing file.
std::string why_not(const fs::path& folder, const std::string& name) {
  std::error_code unreadable;
  for (const fs::path& path : {folder / name, folder / (name + ".gz")}) {
    if (fs::is_directory(path, unreadable)) return " (a folder that does not contain it)";
    if (fs::is_symlink(path, unreadable)) return " (a broken link)";
  }
  return "";
}

std::string list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code unreadable;
  std::vector<fs::path> paths;
  for (fs::directory_iterator entry(folder, unreadable), end; !unreadable && entry != end;
       entry.increment(unreadable))
    paths.push_back(entry->path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Names the data sets of the same format below `directory`, in the folders of torchvision: FashionMNIST/raw,
/// EMNIST/raw.
void tell_neighbours(Error& error, const fs::path& directory, const std::vector<MnistFile>& wanted) {
  constexpr std::size_t kMost = 200;  // it may be a home directory
  std::error_code unreadable;
  std::vector<fs::path> folders = {directory, directory / "raw"};
  for (const fs::path& path : entries(directory))
    if (folders.size() < kMost && fs::is_directory(path, unreadable))
      folders.insert(folders.end(), {path, path / "raw"});
  for (const fs::path& folder : folders) {
    const auto holds = [&](const MnistFile& file) { return !find(folder, file.name).empty(); };
    const auto is_emnist = [](const fs::path& path) {
      return path.filename().string().starts_with("emnist-");
    };
    const std::vector<fs::path> files = entries(folder);
    if (std::all_of(wanted.begin(), wanted.end(), holds))
      error.fact("in " + printable(folder.native()) + ":",
                 "all of them; name this folder to train on its images");
    else if (std::any_of(files.begin(), files.end(), is_emnist))
      error.fact("in " + printable(folder.native()) + ":",
                 "EMNIST, which cannot be read: its images are transposed");
  }
}

/// The files of `part`, all from the first folder that has them all.
std::vector<fs::path> find_all(const fs::path& directory, const std::vector<MnistFile>& wanted) {
  std::vector<std::string> names;
  for (const MnistFile& file : wanted) names.push_back(file.name);
  Error error(Fault::missing, "mnist: no folder holds the files of MNIST");
  error.fact("looked for", list(names) + "; raw, or ending in .gz");
  for (const fs::path& folder :
       {directory, directory / "mnist", directory / "MNIST" / "raw", directory / "raw"}) {
    std::vector<fs::path> found;
    std::vector<std::string> lacking;
    std::error_code unreadable;
    for (const std::string& name : names) {
      const fs::path path = find(folder, name);
      if (path.empty())
        lacking.push_back(name + why_not(folder, name));
      else
        found.push_back(path);
    }
    if (lacking.empty()) return found;
    error.fact("in " + printable(folder.native()) + ":", !fs::is_directory(folder, unreadable)
                                                             ? "no such folder"
                                                         : found.empty() ? "none of them"
                                                                         : "all but " + list(lacking));
  }
  tell_neighbours(error, directory, wanted);
  throw error.hint("fetch the files and name the folder that holds them");
}

/// MD5 of the file that `idx` was read from, decompressed.
std::string md5_of(const Idx& idx) {
  std::vector<std::uint8_t> header = {0, 0, 8, static_cast<std::uint8_t>(idx.sizes.size())};
  for (const Index size : idx.sizes)
    for (const int shift : {24, 16, 8, 0}) header.push_back(static_cast<std::uint8_t>(size >> shift));
  return Md5().add(std::as_bytes(std::span(header))).add(std::as_bytes(std::span(idx.bytes))).hex();
}

/// Returns whether both files are MNIST's own.
bool append(Digits& digits, const fs::path& images_file, const fs::path& labels_file,
            const std::string& images_md5, const std::string& labels_md5) {
  const Idx images = read_idx(images_file, 3);
  check(images.sizes[1] == Digits::kSide && images.sizes[2] == Digits::kSide, [&] {
    return Error(Fault::data, "mnist: images must have 28 x 28 pixels")
        .fact("file", images_file.string())
        .fact("found", std::to_string(images.sizes[1]) + " x " + std::to_string(images.sizes[2]))
        .hint("this file is from another data set");
  });
  const Idx labels = read_idx(labels_file, 1);
  check(images.sizes[0] == labels.sizes[0], [&] {
    return Error(Fault::data, "mnist: there must be as many labels as images")
        .fact(images_file.string() + ":", std::to_string(images.sizes[0]))
        .fact(labels_file.string() + ":", std::to_string(labels.sizes[0]))
        .hint("take both files from the same download");
  });
  const auto wrong =
      std::find_if(labels.bytes.begin(), labels.bytes.end(), [](std::uint8_t label) { return label > 9; });
  check(wrong == labels.bytes.end(), [&] {
    return Error(Fault::data, "mnist: labels must be 0 to 9")
        .fact("file", labels_file.string())
        .fact("found",
              std::to_string(*wrong) + " as label number " + std::to_string(wrong - labels.bytes.begin()))
        .hint("this file is from another data set, or damaged");
  });
  digits.pixels.insert(digits.pixels.end(), images.bytes.begin(), images.bytes.end());
  digits.labels.insert(digits.labels.end(), labels.bytes.begin(), labels.bytes.end());
  return md5_of(images) == images_md5 && md5_of(labels) == labels_md5;
}

}  // namespace

Digits read_mnist(const fs::path& directory, MnistPart part) {
  const std::vector<MnistFile> wanted = files_of(part);
  const std::vector<fs::path> files = find_all(directory, wanted);
  Digits digits{"", {}, {}, files};
  bool own = true;
  for (std::size_t i = 0; i < files.size(); i += 2)
    own = append(digits, files[i], files[i + 1], wanted[i].md5, wanted[i + 1].md5) && own;
  digits.source = (own ? "MNIST digits from " : "images in MNIST's format, not MNIST's own, from ") +
                  printable(directory.native());
  return digits;
}

}  // namespace sand::domains
