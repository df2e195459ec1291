#include "tensor/npz.h"

#include <doctest/doctest.h>

#include "tests/folder.h"
#include "tests/text.h"

using namespace sand;
using sand::testing::Folder;

namespace {

StoredTensor numbers(std::initializer_list<float> values) {
  const std::vector<float> copy(values);
  const auto bytes = std::as_bytes(std::span(copy));
  return {Dtype::f32, {static_cast<Index>(copy.size())}, {bytes.begin(), bytes.end()}};
}

}  // namespace

TEST_CASE("An archive names its arrays at both ends, and equal arrays give equal bytes") {
  const Folder folder;
  for (const char* name : {"a.npz", "b.npz"}) {
    NpzFile file(folder / name);
    file.add("layer.weight", numbers({1, 2}));
    file.add("layer.bias", numbers({3}));
    CHECK_FALSE(std::filesystem::exists(folder / name));
    file.commit();
  }
  const std::string text = testing::text_of(folder / "a.npz");
  CHECK(text == testing::text_of(folder / "b.npz"));
  CHECK(text.starts_with("PK\3\4"));
  const std::size_t first = text.find("layer.weight.npy");
  CHECK(first == 30);
  CHECK(text.find("layer.weight.npy", first + 1) != std::string::npos);
  CHECK(text.substr(text.size() - 22, 4) == "PK\5\6");
}

TEST_CASE("An archive that is not committed leaves nothing behind") {
  const Folder folder;
  { NpzFile(folder / "a.npz").add("a", numbers({1})); }
  CHECK(testing::names_in(folder.path).empty());
}

TEST_CASE("Names that lead out of a folder, and types that numpy's format lacks here, are refused") {
  const Folder folder;
  NpzFile file(folder / "a.npz");
  for (const char* name : {"", "/a", "..", "../a", "a/..", "a/../b", "a\\b", "a\nb"})
    CHECK_THROWS_AS(file.add(name, numbers({1})), Error);
  CHECK_THROWS_AS(file.add(std::string(1025, 'a'), numbers({1})), Error);
  file.add("a/b..c", numbers({1}));
  CHECK_THROWS_WITH_AS(file.add("a/b..c", numbers({1})), "npz: two arrays of one name\n    found \"a/b..c\"",
                       Error);
  CHECK_THROWS_AS(file.add("half", {Dtype::f16, {1}, std::vector<std::byte>(2)}), Error);
}
