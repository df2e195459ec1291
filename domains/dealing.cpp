#include "domains/dealing.h"

#include <string>

#include "tensor/error.h"
#include "tensor/random.h"

namespace sand::domains {
namespace {

constexpr std::uint32_t kShuffleStream = 0x73687566;  // "shuf"

}  // namespace

std::vector<std::vector<std::uint32_t>> deal(std::uint32_t count, int hands, std::uint64_t seed) {
  const std::vector<std::uint32_t> order = Random(seed, kShuffleStream).permutation(count);
  std::vector<std::vector<std::uint32_t>> dealt(static_cast<std::size_t>(hands));
  for (std::size_t place = 0; place < order.size(); ++place)
    dealt[place % dealt.size()].push_back(order[place]);
  return dealt;
}

void require_digits(const char* data_set, const Digits* digits) {
  const std::size_t count = digits == nullptr ? 0 : digits->labels.size();
  check(count >= 6 && digits->pixels.size() == count * Digits::kPixels, [&] {
    return Error(Fault::usage,
                 data_set + std::string(": at least 6 digits, each with 784 pixels and a label"))
        .fact("labels", std::to_string(count))
        .fact("pixels", std::to_string(digits == nullptr ? 0 : digits->pixels.size()));
  });
}

}  // namespace sand::domains
