#include "domains/mnist.h"

#include <algorithm>
#include <utility>

#include "domains/digit_files.h"
#include "domains/idx.h"
#include "tensor/error.h"
#include "tensor/md5.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

namespace fs = std::filesystem;

/// The MD5 of LeCun's published files, decompressed: images, labels, images, labels.
std::vector<std::string> md5s_of_mnist(MnistPart part) {
  std::vector<std::string> hashes;
  if (part != MnistPart::test)
    hashes.insert(hashes.end(), {"6bbc9ace898e44ae57da46a324031adb", "a25bea736e30d166cdddb491f175f624"});
  if (part != MnistPart::train)
    hashes.insert(hashes.end(), {"2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637"});
  return hashes;
}

/// Turns rows into columns in every image from number `first` on.
void transpose(std::vector<std::uint8_t>& pixels, std::size_t first) {
  constexpr std::size_t kSide = Digits::kSide;
  for (std::size_t image = first; image < pixels.size(); image += Digits::kPixels)
    for (std::size_t y = 0; y < kSide; ++y)
      for (std::size_t x = 0; x < y; ++x)
        std::swap(pixels[image + y * kSide + x], pixels[image + x * kSide + y]);
}

/// MD5 of the file that `idx` was read from, decompressed.
std::string md5_of(const Idx& idx) {
  std::vector<std::uint8_t> header = {0, 0, 8, static_cast<std::uint8_t>(idx.sizes.size())};
  for (const Index size : idx.sizes)
    for (const int shift : {24, 16, 8, 0}) header.push_back(static_cast<std::uint8_t>(size >> shift));
  return Md5().add(std::as_bytes(std::span(header))).add(std::as_bytes(std::span(idx.bytes))).hex();
}

/// Appends two files. Returns whether they have these MD5.
bool append(Digits& digits, const DigitCollection& collection, const fs::path& images_file,
            const fs::path& labels_file, const std::string& images_md5, const std::string& labels_md5) {
  const auto broken = [&](const std::string& rule) {
    return Error(Fault::data, collection.name + ": " + rule);
  };
  const Idx images = read_idx(images_file, 3);
  check(images.sizes[1] == Digits::kSide && images.sizes[2] == Digits::kSide, [&] {
    return broken("images must have 28 x 28 pixels")
        .fact("file", images_file.string())
        .fact("found", std::to_string(images.sizes[1]) + " x " + std::to_string(images.sizes[2]))
        .hint("this file is from another data set");
  });
  const Idx labels = read_idx(labels_file, 1);
  check(images.sizes[0] == labels.sizes[0], [&] {
    return broken("there must be as many labels as images")
        .fact(images_file.string() + ":", std::to_string(images.sizes[0]))
        .fact(labels_file.string() + ":", std::to_string(labels.sizes[0]))
        .hint("take both files from the same download");
  });
  const int last = collection.first_label + collection.classes - 1;
  const auto wrong = std::find_if(labels.bytes.begin(), labels.bytes.end(), [&](std::uint8_t label) {
    return label < collection.first_label || label > last;
  });
  check(wrong == labels.bytes.end(), [&] {
    return broken("labels must be " + std::to_string(collection.first_label) + " to " + std::to_string(last))
        .fact("file", labels_file.string())
        .fact("found",
              std::to_string(*wrong) + " as label number " + std::to_string(wrong - labels.bytes.begin()))
        .hint("this file is from another data set, or damaged");
  });
  const bool same = md5_of(images) == images_md5 && md5_of(labels) == labels_md5;
  const std::size_t first = digits.pixels.size();
  digits.pixels.insert(digits.pixels.end(), images.bytes.begin(), images.bytes.end());
  if (collection.transposed) transpose(digits.pixels, first);
  for (const std::uint8_t label : labels.bytes)
    digits.labels.push_back(static_cast<std::uint8_t>(label - collection.first_label));
  return same;
}

}  // namespace

Digits read_mnist(const fs::path& directory, MnistPart part, const std::string& collection) {
  const DigitFiles found = find_digits(directory, part, collection);
  const DigitCollection& is = *found.collection;
  const std::vector<fs::path>& files = found.files;
  const std::vector<std::string> md5s = md5s_of_mnist(part);
  Digits digits{"", {}, {}, files, is.classes, is.class_names};
  bool own = true;
  for (std::size_t i = 0; i < files.size(); i += 2)
    own = append(digits, is, files[i], files[i + 1], md5s[i], md5s[i + 1]) && own;
  const bool asked_for_mnist = &is == &digit_collections()[0];
  check(!own || asked_for_mnist, [&] {
    return Error(Fault::data, is.name + ": these files are MNIST's own")
        .fact("file", printable(files[0].native()))
        .hint("--digits mnist reads them; name the folder of " + is.title + " with --data-dir");
  });
  digits.source = (own               ? std::string("MNIST digits from ")
                   : asked_for_mnist ? "images in MNIST's format, not MNIST's own, from "
                                     : is.title + " images from ") +
                  printable(directory.native());
  return digits;
}

}  // namespace sand::domains
