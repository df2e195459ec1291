#include "tensor/system_files.h"

#include <doctest/doctest.h>

using namespace sand;

TEST_CASE("A number is read from its line only in the kernel's format") {
  const std::string text = "MemTotal:       24731708 kB\nMemAvailable:   21869408 kB\n";
  CHECK(number_in(text, "MemAvailable:", " kB") == 21869408);
  CHECK(number_in("4096\n", "") == 4096);
  CHECK(number_in("file 7\ninactive_file 5\n", "inactive_file ") == 5);
  CHECK(number_in("9223372036854771712", "") == 9223372036854771712.0);
  for (const char* other :
       {"", "\n", "max\n", "-1\n", " \n", "1 2\n", "12kB\n", "1e3\n", "0x10\n", "99999999999999999999\n"}) {
    CAPTURE(other);
    CHECK(!number_in(other, ""));
    CHECK(!number_in(std::string("MemAvailable: ") + other, "MemAvailable:", " kB"));
  }
  CHECK(!number_in(text, "MemAvailable:"));
  CHECK(!number_in(text, "SwapFree:", " kB"));
}
