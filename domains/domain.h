// Named examples, and data sets made of several such domains.
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

/// Labelled examples that follow one distribution. Data stays as small as it came (bytes); `read` makes
/// numbers of it.
struct Domain {
  std::string name;                  ///< "+90%", "sketch"
  Shape example;                     ///< of one input, without the axis n: [2, 28, 28]
  std::vector<std::int32_t> labels;  ///< [size()], class numbers from 0
  /// Writes input number `example` to `input` [example.size()]. Called from several threads at once.
  std::function<void(std::uint32_t example, std::span<Scalar> input)> read;
  /// The same, but changed at random as for training: a function of (example, random). Empty where a data set
  /// has no such way.
  std::function<void(std::uint32_t example, Random random, std::span<Scalar> input)> augment = nullptr;

  std::uint32_t size() const { return static_cast<std::uint32_t>(labels.size()); }
};

/// Several domains of one task, in the order (and with the numbers) that experiments use.
struct DataSet {
  std::string name;    ///< DomainBed's: "Spirals", "ColoredMNIST"
  std::string source;  ///< one plain phrase on where the examples are from: "MNIST digits from DIR",
                       ///< "generated digits"
  Shape example;       ///< of one input, the same in every domain
  int classes = 0;     ///< labels are 0 .. classes - 1
  std::vector<Domain> domains;
  /// Of the channels of photos, which are read as (x - mean) / deviation with x in 0 .. 1; empty where that
  /// is not done.
  std::vector<double> mean = {}, deviation = {};
  /// all that was read, in this order; none where it is generated
  std::vector<std::filesystem::path> files = {};
  /// bytes that processes which decoded photos held at most, beside this one
  std::uint64_t decoders_memory = 0;
};

/// Some examples of a domain, by number: all, those to train on, those held out. The domain must outlive it.
struct Part {
  const Domain* domain = nullptr;
  std::vector<std::uint32_t> examples;
};

/// Every example, in order.
Part whole(const Domain& domain);

/// DomainBed's two parts of a domain: the numbers 0 .. n - 1 are shuffled by numpy's RandomState(seed); the
/// first int(n * fraction) are `out` (held out), the others `in`. Throws Error(usage) unless 0 <= fraction
/// <= 1.
struct Split {
  Part in, out;
};
Split split(const Domain& domain, double fraction, std::uint32_t seed);

/// The random numbers that change an example; empty for examples as they are.
using Randomness = std::function<Random(std::uint32_t example)>;

/// Reads the given examples into `rows`, whose memory is used again where the shape stays the same; augmented
/// where there is randomness and the domain has a way. Throws Error(usage) for an example that the domain
/// does not have.
void gather(const Domain& domain, std::span<const std::uint32_t> examples, DomainRows& rows,
            const Randomness& randomness = {});

}  // namespace sand::domains
