// The files of MNIST and of the data sets in its format: Fashion-MNIST, KMNIST and the splits of EMNIST.
// Finds them; mnist.cpp reads them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "domains/mnist.h"

namespace sand::domains {

/// A published collection of grey images of 28 x 28 pixels.
struct DigitCollection {
  std::string name;                        ///< "emnist-letters"
  std::string title;                       ///< "EMNIST letters"
  std::vector<std::string> folders;        ///< that may hold the files, below the user's; "" is the user's
  std::string before_train, before_test;   ///< "emnist-letters-train", "t10k": what file names begin with
  int classes = 10, first_label = 0;       ///< labels are first_label .. first_label + classes - 1
  std::vector<std::string> class_names{};  ///< empty: the names are the numbers
  bool transposed = false;                 ///< the files have rows for columns
};

/// "mnist" first.
const std::vector<DigitCollection>& digit_collections();

/// The files that hold a part: images, labels, images, labels.
struct DigitFiles {
  const DigitCollection* collection = nullptr;
  std::vector<std::filesystem::path> files;
};

/// All files come from the first folder that has them all. `collection` is the name of one of
/// digit_collections(), or "emnist": the one split of EMNIST whose files are there. Throws Error(missing)
/// with the names, the searched folders and what was found instead, Error(usage) for an unknown name and for
/// several splits.
DigitFiles find_digits(const std::filesystem::path& directory, MnistPart part, const std::string& collection);

}  // namespace sand::domains
