// libFuzzer: for any bytes, parse_idx returns the data of its header or throws sand::Error, and
// nothing else.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "domains/idx.h"
#include "tensor/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const int rank = data[0] % 4 + 1;  // the first byte chooses the reader, the others are the file
  try {
    const sand::domains::Idx idx = sand::domains::parse_idx({data + 1, size - 1}, "fuzz", rank);
    sand::Index product = 1;
    for (const sand::Index axis : idx.sizes) product *= axis;
    if (static_cast<int>(idx.sizes.size()) != rank || static_cast<sand::Index>(idx.bytes.size()) != product)
      std::abort();
  } catch (const sand::Error&) {
  }
  return 0;
}
