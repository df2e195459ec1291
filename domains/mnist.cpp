#include "domains/mnist.h"

#include <algorithm>
#include <system_error>

#include "domains/idx.h"
#include "tensor/error.h"

namespace sand::domains {
namespace {

namespace fs = std::filesystem;

/// The names of the files: images, labels, images, labels.
std::vector<std::string> file_names(MnistPart part) {
  std::vector<std::string> names;
  if (part != MnistPart::test) names.insert(names.end(), {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"});
  if (part != MnistPart::train) names.insert(names.end(), {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"});
  return names;
}

/// `folder`/`name`, raw or .gz, whichever exists; empty when neither does.
fs::path find(const fs::path& folder, const std::string& name) {
  std::error_code unreadable;  // counts as not there
  for (const fs::path& path : {folder / name, folder / (name + ".gz")})
    if (fs::exists(path, unreadable)) return path;
  return {};
}

std::string list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// The files of `part`, all from the first folder that has them all.
std::vector<fs::path> find_all(const fs::path& directory, MnistPart part) {
  const std::vector<std::string> wanted = file_names(part);
  Error error(Fault::missing, "mnist: no folder holds the files of MNIST");
  error.fact("looked for", list(wanted) + "; raw, or ending in .gz");
  for (const fs::path& folder : {directory, directory / "mnist", directory / "MNIST" / "raw"}) {
    std::vector<fs::path> found;
    std::vector<std::string> lacking;
    for (const std::string& name : wanted) {
      const fs::path path = find(folder, name);
      if (path.empty())
        lacking.push_back(name);
      else
        found.push_back(path);
    }
    if (lacking.empty()) return found;
    std::error_code unreadable;
    error.fact("in " + folder.string() + ":", !fs::is_directory(folder, unreadable) ? "no such folder"
                                              : found.empty()                       ? "none of them"
                                                                                    : "all but " + list(lacking));
  }
  throw error.hint("fetch the files and name the folder that holds them");
}

void append(Digits& digits, const fs::path& images_file, const fs::path& labels_file) {
  const Idx images = read_idx(images_file, 3);
  check(images.sizes[1] == Digits::kSide && images.sizes[2] == Digits::kSide, [&] {
    return Error(Fault::data, "mnist: images must have 28 x 28 pixels")
        .fact("file ", images_file.string())
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
  const auto wrong = std::find_if(labels.bytes.begin(), labels.bytes.end(), [](std::uint8_t label) { return label > 9; });
  check(wrong == labels.bytes.end(), [&] {
    return Error(Fault::data, "mnist: labels must be 0 to 9")
        .fact("file ", labels_file.string())
        .fact("found", std::to_string(*wrong) + " as label number " + std::to_string(wrong - labels.bytes.begin()))
        .hint("this file is from another data set, or damaged");
  });
  digits.pixels.insert(digits.pixels.end(), images.bytes.begin(), images.bytes.end());
  digits.labels.insert(digits.labels.end(), labels.bytes.begin(), labels.bytes.end());
}

}  // namespace

Digits read_mnist(const fs::path& directory, MnistPart part) {
  const std::vector<fs::path> files = find_all(directory, part);
  Digits digits{"MNIST digits from " + directory.string(), {}, {}, files};
  for (std::size_t i = 0; i < files.size(); i += 2) append(digits, files[i], files[i + 1]);
  return digits;
}

}  // namespace sand::domains
