// The bits of this build against those in the tree.
#include "experiments/training/bits.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "tensor/numerics.h"
#include "tensor/scalar.h"

namespace {

/// The lines of tests/golden/bits.txt that this build should print.
std::string golden() {
  std::ifstream file(SANDGRAD_SOURCE_DIR "/tests/golden/bits.txt");
  const std::string kind = sizeof(sand::Scalar) == 8 ? "double " : "float ";
  std::string text;
  for (std::string line; std::getline(file, line);)
    if (line.rfind("numerics ", 0) == 0 || line.rfind(kind, 0) == 0) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("Short runs have the bits that stand in the tree, with one thread and with three") {
  const std::string expected = golden();
  const std::string version = "numerics " + std::to_string(sand::kNumericsVersion) + "\n";
  REQUIRE_MESSAGE(expected.rfind(version, 0) == 0,
                  "tests/golden/bits.txt is not of this numerics version: write it anew as CONTRIBUTING.md "
                  "says under Bits");
  for (const int threads : {1, 3})
    CHECK_MESSAGE(sand::experiments::bits(sand::Threads(threads)) == expected,
                  "bits have changed, and NUMERICS_VERSION has not. If that is meant, raise kNumericsVersion "
                  "in tensor/numerics.h, write "
                  "tests/golden/bits.txt anew and give the reason in the changelog; if not, find the cause "
                  "(CONTRIBUTING.md, Bits)");
}
