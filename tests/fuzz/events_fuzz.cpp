// Arbitrary bytes as an event file that a run resumes, and as a line of metrics.jsonl.
#include <cstdint>
#include <cstdlib>

#include "experiments/machine/parse_json.h"
#include "experiments/runs/event_file.h"
#include "experiments/runs/record_columns.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sand::experiments;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // check sums are hard to guess: whole records stand before the bytes
  const std::string whole =
      file_beginning(1) + record_of({.step = 3, .seconds = 2, .scalars = {{"loss", 1}}});
  const std::size_t kept = bytes_before(whole + std::string(text), 4);
  if (kept < whole.size() || kept > whole.size() + size || bytes_before(text, 4) > size) std::abort();
  if (const nlohmann::json line = parse_json(text); line.is_object()) try {
      columns_of(line);
    } catch (const sand::Error&) {
    }
  return 0;
}
