// Any bytes, read as a .npy file: its numbers can be read and written again, or an Error gives the reason.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "tensor/error.h"
#include "tensor/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const auto parse = [](std::span<const std::byte> file) { return sand::Npy::parse(file, "fuzz"); };
  try {
    const sand::Npy file = parse(std::as_bytes(std::span(bytes, size)));
    const std::vector<double> numbers = file.doubles();
    if (numbers.size() > size) std::abort();
    const std::vector<std::byte> written = sand::npy_bytes(file.shape(), std::span(numbers));
    const sand::Npy again = parse(written);
    const std::vector<double> same = again.doubles();
    if (again.shape() != file.shape() || same.size() != numbers.size() ||
        (!same.empty() && std::memcmp(same.data(), numbers.data(), same.size() * sizeof(double)) != 0))
      std::abort();
    std::vector<sand::Scalar> scalars(numbers.size());
    file.copy(0, scalars);
  } catch (const sand::Error& error) {
    if (error.what()[0] == '\0' || error.fault() != sand::Fault::data) std::abort();
  }
  return 0;
}
