#include "domains/sampler.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "tensor/error.h"
#include "tensor/random.h"

namespace sand::domains {
namespace {

constexpr std::uint32_t kStream = 0x62746368;  // "btch": differs from every other stream of the same seed
constexpr std::uint32_t kAugmentStream = 0x61750000;  // "au" + domain

/// The examples of every class that a part has, in the order of the classes and of the part.
std::vector<std::vector<std::uint32_t>> by_class(const Part& part) {
  std::map<std::int32_t, std::vector<std::uint32_t>> classes;
  for (const std::uint32_t example : part.examples) classes[part.domain->labels[example]].push_back(example);
  std::vector<std::vector<std::uint32_t>> lists;
  for (auto& of_class : classes) lists.push_back(std::move(of_class.second));
  return lists;
}

}  // namespace

Sampler::Sampler(std::vector<Part> parts, const SamplerOptions& options)
    : parts_(std::move(parts)), options_(options) {
  check(!parts_.empty(), [] { return Error(Fault::usage, "sampler: needs at least one domain"); });
  const bool all = options.order == Order::everything;
  check(all || options.rows >= 1, [&] {
    return Error(Fault::usage, "sampler: rows must be at least 1").fact("rows", std::to_string(options.rows));
  });
  for (const Part& part : parts_) {
    const std::size_t size = part.examples.size();
    check(part.domain != nullptr && size > 0, [&] {
      return Error(Fault::usage, "sampler: a domain has no examples")
          .fact("domain", part.domain ? part.domain->name : "none");
    });
    check(options.order != Order::epochs || static_cast<std::size_t>(options.rows) <= size, [&] {
      return Error(Fault::usage, "sampler: in epochs, rows must not exceed the examples of a domain")
          .fact("rows", std::to_string(options.rows))
          .fact("domain", part.domain->name + ", " + std::to_string(size) + " examples")
          .hint("use fewer rows, or draw with replacement");
    });
  }
  for (const Part& part : parts_) {
    if (!options.balanced) break;
    check(options.order == Order::with_replacement && !part.domain->labels.empty(), [&] {
      return Error(Fault::usage, "sampler: balanced rows need classes, and draws with replacement")
          .fact("domain", part.domain->name);
    });
    classes_.push_back(by_class(part));
  }
  batch_.domains.resize(parts_.size());
  epochs_.resize(parts_.size());
  if (!all) chosen_.resize(static_cast<std::size_t>(options.rows));
}

const Batch& Sampler::draw(std::uint32_t step) {
  batch_.step = step;
  for (std::uint32_t d = 0; d < parts_.size(); ++d) {
    DomainRows& rows = batch_.domains[d];
    const Domain& domain = *parts_[d].domain;
    const bool augmented = options_.augment && domain.augment;
    const bool same_again = options_.order == Order::everything && !augmented && !rows.examples.empty();
    if (same_again) continue;
    Randomness randomness;
    if (augmented)
      randomness = [this, step, d](std::uint32_t example) {
        return Random(options_.seed, kAugmentStream + d, step, example);
      };
    gather(domain, choose(d, step), rows, randomness);
  }
  return batch_;
}

int Sampler::steps_per_epoch() const {
  const auto fewer = [](const Part& a, const Part& b) { return a.examples.size() < b.examples.size(); };
  return static_cast<int>(steps_per_epoch(*std::min_element(parts_.begin(), parts_.end(), fewer)));
}

std::uint32_t Sampler::steps_per_epoch(const Part& part) const {
  if (options_.order == Order::everything) return 1;
  return std::max(
      1u, static_cast<std::uint32_t>(part.examples.size()) / static_cast<std::uint32_t>(options_.rows));
}

std::span<const std::uint32_t> Sampler::choose(std::uint32_t domain, std::uint32_t step) {
  const Part& part = parts_[domain];
  const std::uint32_t size = static_cast<std::uint32_t>(part.examples.size());
  if (options_.order == Order::everything) return part.examples;
  if (options_.order == Order::with_replacement) {
    Random random(options_.seed, kStream, step, domain);
    if (options_.balanced)
      for (std::uint32_t& example : chosen_) {
        const auto& of_class =
            classes_[domain][random.below(static_cast<std::uint32_t>(classes_[domain].size()))];
        example = of_class[random.below(static_cast<std::uint32_t>(of_class.size()))];
      }
    else
      for (std::uint32_t& example : chosen_) example = part.examples[random.below(size)];
    return chosen_;
  }
  const std::uint32_t steps = steps_per_epoch(part);
  Epoch& epoch = epochs_[domain];
  if (epoch.permutation.empty() || epoch.number != step / steps) {
    epoch.number = step / steps;
    epoch.permutation = Random(options_.seed, kStream, epoch.number, domain).permutation(size);
  }
  const std::uint32_t* place = epoch.permutation.data() + step % steps * chosen_.size();
  for (std::uint32_t& example : chosen_) example = part.examples[*place++];
  return chosen_;
}

}  // namespace sand::domains
