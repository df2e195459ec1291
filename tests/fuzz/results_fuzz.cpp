// Feeds arbitrary bytes to the reader of results.jsonl, which may come from another program.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "experiments/sweeps/results.h"
#include "experiments/sweeps/selection.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace sand::experiments;
  const RunLines found = read_lines({reinterpret_cast<const char*>(bytes), count}, "fuzz");
  for (const Selection selection : kSelections)
    for (const int test : found.run.test_domains) ranked(selection, {&found.run}, test);
  return 0;
}
