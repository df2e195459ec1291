// sandgrad_bits [THREADS]: what `sandgrad doctor --bits` prints, from a program that needs only Eigen,
// so that tests/bits.sh can build it with any compiler for any machine.
#include "experiments/training/bits.h"

#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int argc, char** argv) {
  try {
    std::fputs(sand::experiments::bits(sand::Threads(argc > 1 ? std::atoi(argv[1]) : 0)).c_str(), stdout);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sandgrad_bits: %s\n", error.what());
    return 1;
  }
}
