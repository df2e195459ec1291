#include "experiments/setup/data_sets.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "domains/colored_mnist.h"
#include "domains/digit_files.h"
#include "domains/generated_digits.h"
#include "domains/image_folder.h"
#include "domains/image_scan.h"
#include "domains/linear_unit_tests.h"
#include "domains/mnist.h"
#include "domains/rotated_mnist.h"
#include "domains/spirals.h"
#include "domains/toys.h"
#include "experiments/machine/available_memory.h"
#include "experiments/machine/progress.h"
#include "experiments/setup/photo_cache.h"
#include "tensor/error.h"
#include "tensor/names.h"
#include "tensor/printable.h"
#include "tensor/registry.h"

namespace sand::experiments {
namespace {

/// "auto", "generated" and the names of collections.
std::vector<std::string> digit_sources() {
  std::vector<std::string> names = {"auto", "generated"};
  for (const domains::DigitCollection& collection : domains::digit_collections())
    names.push_back(collection.name);
  names.emplace_back("emnist");
  return names;
}

std::shared_ptr<const domains::Digits> digits_of(const DataRequest& request, domains::MnistPart part,
                                                 const Threads& threads) {
  const std::string digits = find_name("digits", request.digits, digit_sources());
  const bool by_itself = digits == "auto" || digits == "generated";
  check(by_itself || !request.data_dir.empty(), [&] {
    return Error(Fault::usage, digits == "mnist"
                                   ? "digits: MNIST needs --data-dir, the directory of its four files"
                                   : "digits: " + digits + " needs --data-dir, the directory of its files")
        .hint("--digits generated needs no files");
  });
  if (digits == "generated" || (digits == "auto" && request.data_dir.empty())) {
    const std::uint32_t of_mnist = part == domains::MnistPart::train ? 60000 : 70000;
    const std::uint32_t count =
        request.digit_count > 0 ? static_cast<std::uint32_t>(request.digit_count) : of_mnist;
    return std::make_shared<domains::Digits>(domains::generated_digits(count, request.seed, threads));
  }
  return std::make_shared<domains::Digits>(
      domains::read_mnist(request.data_dir, part, digits == "auto" ? "mnist" : digits));
}

/// The digits of a data set with two classes. Says which of its classes are which of the digits' classes,
/// unless they are digits.
std::shared_ptr<const domains::Digits> halved_digits(const DataRequest& request, domains::MnistPart part,
                                                     const Threads& threads) {
  std::shared_ptr<const domains::Digits> digits = digits_of(request, part, threads);
  const std::vector<std::string>& names = digits->class_names;
  const std::size_t half = (names.size() + 1) / 2;  // 2 * label < classes
  if (!names.empty())
    std::fprintf(stderr, "%s: class 1 is %s to %s, class 0 is %s to %s\n", request.name.c_str(),
                 names[0].c_str(), names[half - 1].c_str(), names[half].c_str(), names.back().c_str());
  return digits;
}

/// A published set of photos and the folders of its domains.
struct PhotoSet {
  const char* name;
  std::vector<std::string> domains;
};

const std::vector<PhotoSet>& photo_sets() {
  static const std::vector<PhotoSet> sets = {
      {"PACS", {"art_painting", "cartoon", "photo", "sketch"}},
      {"VLCS", {"Caltech101", "LabelMe", "SUN09", "VOC2007"}},
      {"OfficeHome", {"Art", "Clipart", "Product", "Real World"}},
      {"TerraIncognita", {"location_100", "location_38", "location_43", "location_46"}}};
  return sets;
}

/// "Office-Home" -> "officehome".
std::string letters_of(const std::string& name) {
  std::string letters;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)))
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return letters;
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + printable(name);
  return text.size() > 300 ? text.substr(0, 300) + "..." : text;
}

std::filesystem::path folder_of(const PhotoSet& set, const std::filesystem::path& data_dir) {
  const auto same = [](const std::string& a, const std::string& b) { return letters_of(a) == letters_of(b); };
  const std::vector<std::string> folders = domains::folders_in(data_dir);
  std::filesystem::path folder = data_dir;
  for (const std::string& name : folders) {
    if (!same(name, set.name)) continue;
    check(folder == data_dir, [&] {
      return Error(Fault::data, std::string(set.name) + ": two folders match its name")
          .fact("one", printable(folder.native()))
          .fact("another", printable((data_dir / name).native()))
          .hint("name the right one with --data-dir");
    });
    folder = data_dir / name;
  }
  const std::vector<std::string> found = folder == data_dir ? folders : domains::folders_in(folder);
  check(std::equal(found.begin(), found.end(), set.domains.begin(), set.domains.end(), same), [&] {
    return Error(folder == data_dir ? Fault::missing : Fault::data,
                 std::string(set.name) + ": its domains were not found")
        .fact("expected", list(set.domains) + ", in " + printable(folder.native()) +
                              (folder == data_dir ? std::string(" or in ") + set.name + " there" : ""))
        .fact("found", found.empty() ? "no folders" : list(found))
        .hint("--data-dir names the folder that holds " + std::string(set.name) +
              "; --dataset ImageFolder takes any domains");
  });
  return folder;
}

domains::DataSet photos(const std::string& name, const DataRequest& request, const Threads& threads) {
  check(!request.data_dir.empty(),
        [&] { return Error(Fault::usage, name + ": needs --data-dir, the folder of its photos"); });
  std::filesystem::path folder = request.data_dir;
  for (const PhotoSet& set : photo_sets())
    if (name == set.name) folder = folder_of(set, request.data_dir);
  std::optional<Progress> progress;
  domains::ImageFolderOptions options{.name = name,
                                      .side = request.image_size,
                                      .skip_unreadable = request.skip_unreadable,
                                      .follow_links = request.follow_links,
                                      .turn = request.turn_photos};
  const std::optional<AvailableMemory> available = available_memory(threads);
  if (available) options.memory = static_cast<std::uint64_t>(std::max(available->bytes, 1.0));
  options.progress = [&](int done, int total) {
    if (!progress) progress.emplace("decode", total, "images");
    progress->at(done);
  };
  options.note = [&](const std::string& line) {
    if (progress) progress->clear();
    std::fprintf(stderr, "%s: %s\n", name.c_str(), line.c_str());
  };
  PhotoCache cache({.folder = request.photo_cache,
                    .side = request.image_size,
                    .turned = request.turn_photos,
                    .note = options.note});
  if (!request.photo_cache.empty()) options.cache = &cache;
  return domains::image_folder(folder, options, threads);
}

template <int Example, bool Scrambled, bool Oracle>
domains::DataSet linear_set(const DataRequest& request, const Threads&) {
  return domains::linear_example(
      {.example = Example, .scrambled = Scrambled, .oracle = Oracle, .seed = request.seed});
}

template <bool Rotated>
domains::DataSet toy_line(const DataRequest& request, const Threads&) {
  return domains::toy_line({.rotated = Rotated, .seed = request.seed});
}

constexpr auto kBoth = domains::MnistPart::both, kTrain = domains::MnistPart::train;

Registry<DataSetRow>& registry() {
  static Registry<DataSetRow> rows(
      "data set",
      {
          {"Spirals",
           [](const DataRequest& request, const Threads&) -> domains::DataSet {
             constexpr std::uint64_t kApart = 1000;  // domain e is seeded with seed + e
             return domains::Spirals({.dimensions = request.signature,
                                      .turns = request.turns,
                                      .seed = static_cast<std::uint32_t>(request.seed * kApart)});
           }},
          {"ColoredMNIST",
           [](const DataRequest& request, const Threads& threads) {
             return domains::colored_mnist(halved_digits(request, kBoth, threads), request.seed);
           },
           "MNIST_CNN"},
          {"ColoredMNIST-14",
           [](const DataRequest& request, const Threads& threads) {
             return domains::colored_mnist(digits_of(request, kBoth, threads), request.seed, true);
           }},
          {"ColoredMNIST-IRM",
           [](const DataRequest& request, const Threads& threads) {
             return domains::colored_mnist_irm(halved_digits(request, kTrain, threads), request.seed);
           }},
          {"ColoredMNIST-IRM-Gray",
           [](const DataRequest& request, const Threads& threads) {
             return domains::without_colours(
                 domains::colored_mnist_irm(halved_digits(request, kTrain, threads), request.seed));
           }},
          {"RotatedMNIST",
           [](const DataRequest& request, const Threads& threads) {
             return domains::rotated_mnist(*digits_of(request, kBoth, threads), request.seed, threads);
           },
           "MNIST_CNN"},
          {"LinearExample1", linear_set<1, false, false>, "MLP", domains::Task::regress},
          {"LinearExample1s", linear_set<1, true, false>, "MLP", domains::Task::regress},
          {"LinearExample2", linear_set<2, false, false>},
          {"LinearExample2s", linear_set<2, true, false>},
          {"LinearExample3", linear_set<3, false, false>},
          {"LinearExample3s", linear_set<3, true, false>},
          {"LinearExample1-Oracle", linear_set<1, false, true>, "MLP", domains::Task::regress},
          {"LinearExample1s-Oracle", linear_set<1, true, true>, "MLP", domains::Task::regress},
          {"LinearExample2-Oracle", linear_set<2, false, true>},
          {"LinearExample2s-Oracle", linear_set<2, true, true>},
          {"LinearExample3-Oracle", linear_set<3, false, true>},
          {"LinearExample3s-Oracle", linear_set<3, true, true>},
          {"ToyLine", toy_line<false>},
          {"ToyLineRotated", toy_line<true>},
          {"Table", [](const DataRequest& request,
                       const Threads& threads) { return own_data("Table", request.own, threads); }},
          {"Arrays", [](const DataRequest& request,
                        const Threads& threads) { return own_data("Arrays", request.own, threads); }},
      });
  return rows;
}

}  // namespace

void add_data_set(DataSetRow row) {
  for (const PhotoSet& set : photo_sets())
    check(letters_of(set.name) != letters_of(row.name) && letters_of(row.name) != "imagefolder",
          [&] { return Error(Fault::usage, "data set: the name is taken").fact("found", row.name); });
  registry().add(row);
}

const std::vector<std::string>& data_set_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const DataSetRow& row : registry().rows()) all.emplace_back(row.name);
    for (const PhotoSet& set : photo_sets()) all.emplace_back(set.name);
    all.emplace_back("ImageFolder");
    return all;
  }();
  return names;
}

bool is_linear_example(const std::string& name) { return name.starts_with("LinearExample"); }

bool is_photo_set(const std::string& name) {
  return name == "ImageFolder" || std::any_of(photo_sets().begin(), photo_sets().end(),
                                              [&](const PhotoSet& set) { return name == set.name; });
}

domains::Task task_of_data_set(const std::string& name) {
  for (const DataSetRow& row : registry().rows())
    if (name == row.name) return row.task;
  return domains::Task::classify;
}

std::string standard_model(const std::string& name) {
  for (const DataSetRow& row : registry().rows())
    if (name == row.name) return row.model;
  return "SmallCNN";
}

domains::DataSet make_data_set(const DataRequest& request, const Threads& threads) {
  const std::string name = find_name("dataset", request.name, data_set_names());
  resolve_own_data(request.own, name);  // refuses its flags for another data set
  for (const DataSetRow& row : registry().rows())
    if (name == row.name) return row.make(request, threads);
  return photos(name, request, threads);
}

}  // namespace sand::experiments
