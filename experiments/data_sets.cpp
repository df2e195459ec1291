#include "experiments/data_sets.h"

#include "domains/colored_mnist.h"
#include "domains/generated_digits.h"
#include "domains/mnist.h"
#include "domains/rotated_mnist.h"
#include "domains/spirals.h"
#include "experiments/names.h"
#include "tensor/error.h"

namespace sand::experiments {
namespace {

std::shared_ptr<const domains::Digits> digits_of(const DataRequest& request, domains::MnistPart part, const Threads& threads) {
  const std::string digits = find_name("digits", request.digits, {"auto", "mnist", "generated"});
  check(digits != "mnist" || !request.data_dir.empty(), [] {
    return Error(Fault::usage, "digits: MNIST needs --data-dir, the directory of its four files").hint("--digits generated needs no files");
  });
  if (digits == "generated" || (digits == "auto" && request.data_dir.empty())) {
    const std::uint32_t count = part == domains::MnistPart::train ? 60000 : 70000;  // as many as MNIST has
    return std::make_shared<domains::Digits>(domains::generated_digits(count, request.seed, threads));
  }
  return std::make_shared<domains::Digits>(domains::read_mnist(request.data_dir, part));
}

}  // namespace

const std::vector<std::string>& data_set_names() {
  static const std::vector<std::string> names = {"Spirals", "ColoredMNIST", "ColoredMNIST-IRM", "RotatedMNIST"};
  return names;
}

domains::DataSet make_data_set(const DataRequest& request, const Threads& threads) {
  const std::string name = find_name("dataset", request.name, data_set_names());
  if (name == "Spirals") {
    constexpr std::uint64_t kApart = 1000;  // domain e is seeded with seed + e, so neighbouring seeds would share domains
    return domains::Spirals({.seed = static_cast<std::uint32_t>(request.seed * kApart)});
  }
  if (name == "ColoredMNIST") return domains::colored_mnist(digits_of(request, domains::MnistPart::both, threads), request.seed);
  if (name == "RotatedMNIST") return domains::rotated_mnist(*digits_of(request, domains::MnistPart::both, threads), request.seed, threads);
  return domains::colored_mnist_irm(digits_of(request, domains::MnistPart::train, threads), request.seed);
}

}  // namespace sand::experiments
