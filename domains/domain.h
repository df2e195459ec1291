// Named domains of examples, and data sets of several such domains.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tensor/batch.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

namespace sand::domains {

/// What is to be predicted of an example: one of some classes, numbers, or which of some labels it has.
enum class Task { classify, regress, multilabel };

/// Labelled examples that follow one distribution. Domains keep raw bytes; `read` converts them to numbers.
struct Domain {
  std::string name;                  ///< "+90%", "sketch"
  Shape example;                     ///< of one input, without axis n: [2, 28, 28]
  std::vector<std::int32_t> labels;  ///< [size()], class numbers from 0; empty if `values` has targets
  /// Writes input number `example` to `input` [example.size()]. Called from several threads at once.
  std::function<void(std::uint32_t example, std::span<Scalar> input)> read;
  /// As `read`, with random changes for training: a function of (example, random). Empty if the data set has
  /// no augmentation.
  std::function<void(std::uint32_t example, Random random, std::span<Scalar> input)> augment = nullptr;
  /// [size(), targets], row-major: numbers to predict, or 1 for each label that an example has, else 0; empty
  /// for classes
  std::vector<Scalar> values = {};
  Index targets = 1;  ///< numbers, or labels, of an example

  /// Number of examples.
  std::uint32_t size() const {
    return static_cast<std::uint32_t>(labels.empty() ? values.size() / static_cast<std::size_t>(targets)
                                                     : labels.size());
  }
};

/// Takes one line about a data set: a problem, or what a user must know.
using Note = std::function<void(const std::string& line)>;

/// Several domains of one task, in the order (and with the numbers) that experiments use.
struct DataSet {
  std::string name;    ///< DomainBed's: "Spirals", "ColoredMNIST"
  std::string source;  ///< a phrase that names the source: "MNIST digits from DIR", "generated digits"
  Shape example;       ///< of one input, the same in every domain
  int classes = 0;     ///< labels are 0 .. classes - 1; 0 for every other task
  std::vector<Domain> domains;  ///< in the order of --test-envs
  /// Of each channel of photos: `read` gives (x - mean) / deviation with x in 0 .. 1. Of each input of a
  /// table after standardize(). Empty for data that is not normalised.
  std::vector<double> mean = {};
  std::vector<double> deviation = {};  ///< see mean
  /// All files that were read, in this order; none for generated data
  std::vector<std::filesystem::path> files = {};
  /// Most bytes held by the processes that decoded photos, without this process
  std::uint64_t decoders_memory = 0;
  /// Of the inputs of a table, [example.size()], and of classes; empty for data without such names
  std::vector<std::string> input_names = {};
  std::vector<std::string> class_names = {};  ///< [classes]
  /// Computes mean and deviation from some domains, for standardize(); empty for data that needs none
  std::function<void(DataSet& data, std::span<const int> domains, const Note& note)> fit = nullptr;
  Task task = Task::classify;                  ///< what is learned
  std::vector<std::string> target_names = {};  ///< of the numbers to predict, or of the labels; else empty
};

/// Gives every input of a table mean 0 and deviation 1 over all rows of some domains, the training domains.
/// Notes inputs that are constant there. Call it before anything reads; the copies of a data set share their
/// examples. Does nothing to data that needs none. Throws Error(data).
void standardize(DataSet& data, std::span<const int> domains, const Note& note = {});

/// Some examples of a domain, by number: all, the training part or the held-out part. The domain must outlive
/// it.
struct Part {
  const Domain* domain = nullptr;       ///< must outlive the part
  std::vector<std::uint32_t> examples;  ///< numbers of examples of the domain
};

/// All examples, in order.
Part whole(const Domain& domain);

/// DomainBed's split of a domain: numpy's RandomState(seed) shuffles the numbers 0 .. n - 1. `out` (held out)
/// gets the first int(n * fraction), `in` the others. Throws Error(usage) unless 0 <= fraction <= 1.
struct Split {
  Part in;   ///< to train on
  Part out;  ///< held out
};
Split split(const Domain& domain, double fraction, std::uint32_t seed);

/// Gives the random numbers that change an example; empty: no changes.
using Randomness = std::function<Random(std::uint32_t example)>;

/// Reads the given examples, with their labels or values [n, targets], into `rows`, and reuses its memory if
/// the shape is the same. Augments them if there is randomness and the domain has augmentation. Throws
/// Error(usage) for an example that the domain does not have.
void gather(const Domain& domain, std::span<const std::uint32_t> examples, DomainRows& rows,
            const Randomness& randomness = {});

}  // namespace sand::domains
