#include "experiments/machine/sha256.h"

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/folder.h"

using namespace sand::experiments;
using namespace sand::testing;

TEST_CASE("Hashes equal the standard's examples, for any division into blocks") {
  CHECK(Sha256().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(Sha256().add(std::string("a")).add(std::string("bc")).hex() ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("A file has the hash of its bytes, also beyond one block") {
  const Folder folder;
  const std::string text(200000, 'x'), path = (folder.path / "file").string();
  std::ofstream(path) << text;
  CHECK(sha256_of_file(path) == Sha256().add(text).hex());
  CHECK_THROWS_AS(sha256_of_file((folder.path / "none").string()), sand::Error);
}

TEST_CASE("Pairs of hex digits are bytes, and any other text gives none") {
  CHECK(bytes_of_hex("00ff1a") == std::vector<std::byte>{std::byte{0}, std::byte{255}, std::byte{26}});
  for (const char* text : {"0", "0g", "0A", " 0", ""}) CHECK(bytes_of_hex(text).empty());
}
