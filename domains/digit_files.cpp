#include "domains/digit_files.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "tensor/error.h"
#include "tensor/names.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAnySplit = "emnist";

/// A name for each letter.
std::vector<std::string> letters(std::string_view all) {
  std::vector<std::string> names;
  for (const char letter : all) names.emplace_back(1, letter);
  return names;
}

DigitCollection of_emnist(const std::string& split, int classes, int first_label, std::string_view names) {
  const std::string name = "emnist-" + split;
  return {name,
          "EMNIST " + split,
          {"", "EMNIST/raw", "raw", "gzip", "EMNIST", "EMNIST/gzip", "emnist"},
          name + "-train",
          name + "-test",
          classes,
          first_label,
          letters(names),
          true};
}

/// Images, labels, images, labels.
std::vector<std::string> names_of(const DigitCollection& collection, MnistPart part) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& before) {
    for (const char* after : {"-images-idx3-ubyte", "-labels-idx1-ubyte"}) names.push_back(before + after);
  };
  if (part != MnistPart::test) add(collection.before_train);
  if (part != MnistPart::train) add(collection.before_test);
  return names;
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

/// The names of the splits of EMNIST whose files have their names in `folder`.
std::vector<std::string> splits_in(const fs::path& folder) {
  std::vector<std::string> found;
  const std::vector<fs::path> files = entries(folder);
  for (const DigitCollection& collection : digit_collections())
    if (collection.transposed && std::any_of(files.begin(), files.end(), [&](const fs::path& file) {
          return file.filename().string().starts_with(collection.name + "-");
        }))
      found.push_back(collection.name);
  return found;
}

/// Names the data sets of the same format below `directory`, in the folders of torchvision: FashionMNIST/raw,
/// EMNIST/raw.
void tell_neighbours(Error& error, const fs::path& directory, const std::vector<std::string>& wanted) {
  constexpr std::size_t kMost = 200;  // it may be a home directory
  std::error_code unreadable;
  std::vector<fs::path> folders = {directory, directory / "raw"};
  for (const fs::path& path : entries(directory))
    if (folders.size() < kMost && fs::is_directory(path, unreadable))
      folders.insert(folders.end(), {path, path / "raw"});
  for (const fs::path& folder : folders) {
    const auto holds = [&](const std::string& name) { return !find(folder, name).empty(); };
    const std::string here = "in " + printable(folder.native()) + ":";
    if (std::all_of(wanted.begin(), wanted.end(), holds))
      error.fact(here, "all of them; name this folder to train on its images");
    else if (const std::vector<std::string> splits = splits_in(folder); !splits.empty())
      error.fact(here, "EMNIST; --digits " + either(splits) + " reads it");
  }
}

/// The files, or none with the reasons added to `error`.
std::vector<fs::path> search(const fs::path& directory, const DigitCollection& collection, MnistPart part,
                             Error& error) {
  const std::vector<std::string> names = names_of(collection, part);
  error.fact("looked for", list(names) + "; raw, or ending in .gz");
  for (const std::string& below : collection.folders) {
    const fs::path folder = below.empty() ? directory : directory / below;
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
  return {};
}

DigitFiles find_any_split(const fs::path& directory, MnistPart part) {
  std::vector<DigitFiles> found;
  std::vector<std::string> names;
  for (const DigitCollection& collection : digit_collections()) {
    if (!collection.transposed) continue;
    Error unused(Fault::missing, "");
    std::vector<fs::path> files = search(directory, collection, part, unused);
    if (files.empty()) continue;
    found.push_back({&collection, std::move(files)});
    names.push_back(collection.name);
  }
  check(found.size() < 2, [&] {
    return Error(Fault::usage, "emnist: several splits are there")
        .fact("folder", printable(directory.native()))
        .fact("found", list(names))
        .hint("name one of them: --digits " + names[0]);
  });
  if (!found.empty()) return found[0];
  Error error(Fault::missing, "emnist: no folder holds the files of a split of EMNIST");
  search(directory, of_emnist("letters", 26, 1, ""), part, error);
  throw error.hint("fetch the files of a split and name the folder that holds them");
}

}  // namespace

const std::vector<DigitCollection>& digit_collections() {
  static const std::vector<DigitCollection> all = {
      {"mnist", "MNIST", {"", "mnist", "MNIST/raw", "raw"}, "train", "t10k"},
      {"fashion-mnist",
       "Fashion-MNIST",
       {"FashionMNIST/raw", "fashion-mnist", "fashion", "data/fashion", "", "raw"},
       "train",
       "t10k",
       10,
       0,
       {"T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle boot"}},
      {"kmnist",
       "KMNIST",
       {"KMNIST/raw", "kmnist", "", "raw"},
       "train",
       "t10k",
       10,
       0,
       {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"}},
      of_emnist("digits", 10, 0, ""),
      of_emnist("mnist", 10, 0, ""),
      of_emnist("letters", 26, 1, "abcdefghijklmnopqrstuvwxyz"),
      of_emnist("balanced", 47, 0, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"),
      of_emnist("bymerge", 47, 0, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"),
      of_emnist("byclass", 62, 0, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")};
  return all;
}

DigitFiles find_digits(const fs::path& directory, MnistPart part, const std::string& collection) {
  if (collection == kAnySplit) return find_any_split(directory, part);
  std::vector<std::string> known;
  for (const DigitCollection& one : digit_collections()) known.push_back(one.name);
  const std::string name = find_name("digits", collection, known);
  const DigitCollection& wanted = *std::find_if(digit_collections().begin(), digit_collections().end(),
                                                [&](const DigitCollection& one) { return one.name == name; });
  Error error(Fault::missing, name + ": no folder holds the files of " + wanted.title);
  std::vector<fs::path> files = search(directory, wanted, part, error);
  if (!files.empty()) return {&wanted, std::move(files)};
  tell_neighbours(error, directory, names_of(wanted, part));
  throw error.hint("fetch the files and name the folder that holds them");
}

}  // namespace sand::domains
