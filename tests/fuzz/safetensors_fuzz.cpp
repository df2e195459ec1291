// Any bytes, read as a safetensors file: everything in it can be read, or an Error gives the reason.
#include <cstdlib>

#include "tensor/error.h"
#include "tensor/safetensors.h"

namespace {

template <class Call>
void allow_error(Call call) {
  try {
    call();
  } catch (const sand::Error& error) {
    if (error.what()[0] == '\0') std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  allow_error([&] {
    const sand::Safetensors file = sand::Safetensors::parse(std::as_bytes(std::span(bytes, size)), "fuzz");
    std::size_t data = 0;
    for (const auto& item : file.tensors()) {
      data += item.second.bytes.size();
      allow_error([&] { file.tensor(item.first); });
      allow_error([&] { file.integers(item.first); });
    }
    if (data > size) std::abort();
  });
  return 0;
}
