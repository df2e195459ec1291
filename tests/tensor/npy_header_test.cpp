#include "tensor/npy_header.h"

#include <doctest/doctest.h>

#include "tests/tensor/npy_files.h"

using namespace sand::testing;

namespace {

constexpr const char* kSupported = "expected '<f4', '<f8', '<i4', '<i8' or '|u1'\n ";

}  // namespace

TEST_CASE("Keys may have any order, blanks and quotes") {
  const std::string data = as_text({1.0f});
  for (const char* header : {R"({"shape":(1,),"descr":"<f4","fortran_order":False})",
                             "{ 'fortran_order' : False , 'descr' : '<f4' , 'shape' : ( 1 , ) , }   \n",
                             "{'descr': '<f4',\n 'shape': (1,),\n 'fortran_order': False}\n\n"})
    CHECK(parse_npy(npy_of(header, data)).doubles() == std::vector{1.0});
}

TEST_CASE("The error for a type that is not supported gives the reason and what to do") {
  for (const auto& [descr, reason] : {std::pair{">f4", "\">f4\", big-endian"},
                                      {"|b1", "\"|b1\", truth values"},
                                      {"<i2", "\"<i2\", integers of another size"},
                                      {"<u8", "\"<u8\", integers without sign"},
                                      {"<f2", "\"<f2\", floating-point numbers of another size"},
                                      {"<c8", "\"<c8\", complex numbers"},
                                      {"|O", "\"|O\", a pickle of objects, which could run any code"},
                                      {"<U5", "\"<U5\", text"},
                                      {"|S3", "\"|S3\", text"},
                                      {"<M8[ns]", "\"<M8[ns]\", dates or times"},
                                      {"|V4", "\"|V4\", raw bytes"},
                                      {"<x9", "\"<x9\"\n"},
                                      {"", "\"\"\n"}})
    CHECK(contains(npy_refusal(npy_of(npy_header(descr, "(1,)"), "")),
                   "npy: this type of numbers is not supported\n    file a.npy\n    " +
                       std::string(kSupported) + "   found " + reason));
  CHECK(contains(npy_refusal(npy_of(npy_header("<f2", "(1,)"), "")),
                 "hint: in Python: numpy.save(NEW, ARRAY.astype('<f8'))"));
  for (const char* whole : {"<i2", "|b1", "<u4", ">i8"})  // labels must stay whole numbers
    CHECK(contains(npy_refusal(npy_of(npy_header(whole, "(1,)"), "")),
                   "hint: in Python: numpy.save(NEW, ARRAY.astype('<i8'))"));
  const std::string records = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }";
  CHECK(contains(npy_refusal(npy_of(records, "")),
                 "found records with several fields\n    hint: in Python: "
                 "numpy.save(NEW, ARRAY['FIELD']) for each field"));
}

TEST_CASE("An array in Fortran order is refused") {
  CHECK(npy_refusal(npy_of("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", as_text({1.0f}))) ==
        "npy: the numbers must be in C order, the last axis first\n    file     a.npy\n    expected "
        "fortran_order False\n    found    fortran_order True\n    hint: in Python: numpy.save(NEW, "
        "numpy.ascontiguousarray(ARRAY))");
}

TEST_CASE("A header that is not the dictionary is refused at the letter that is wrong") {
  struct {
    const char* header;
    int at;
  } const broken[] = {
      {"", 0},
      {"[]", 0},
      {"{", 1},
      {"{'descr'", 8},
      {"{'descr: }", 2},
      {"{'de\\x73cr': '<f4'}", 2},
      {"{'descr' '<f4'}", 9},
      {"{'descr': <f4}", 10},
      {"{'descr': '<f4' 'shape': ()}", 16},
      {"{'descr': '<f4',, 'shape': ()}", 16},
      {"{,'descr': '<f4'}", 1},
      {"{'fortran_order': 0}", 18},
      {"{'fortran_order': false}", 18},
      {"{'fortran_order': Fals}", 22},
      {"{'shape': [1]}", 10},
      {"{'shape': 1}", 10},
      {"{'shape': (1)}", 12},
      {"{'shape': (,)}", 11},
      {"{'shape': (1 2)}", 13},
      {"{'shape': (1,,)}", 13},
      {"{'shape': (01,)}", 11},
      {"{'shape': (1.0,)}", 12},
      {"{'shape': (1L,)}", 12},
      {"{'shape': (None,)}", 11},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': ()}x", 53},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': ()} {}", 54},
  };
  for (const auto& one : broken) {
    CAPTURE(one.header);
    CHECK(contains(npy_refusal(npy_of(one.header, "")),
                   "npy: the header must be the text of a dictionary\n    file a.npy\n    expected {'descr': "
                   "'<f8', 'fortran_order': False, 'shape': (3, 4), }\n    found an error at byte " +
                       std::to_string(one.at) + " of the header"));
  }
}

TEST_CASE("A header with a missing, unknown or doubled key is refused") {
  const std::string rule =
      "npy: the header must have the keys descr, fortran_order and shape\n    file a.npy\n    found ";
  CHECK(contains(npy_refusal(npy_of("{}", "")), rule + "only 0 of them"));
  CHECK(contains(npy_refusal(npy_of("{'descr': '<f4', 'shape': ()}", "")), rule + "only 2 of them"));
  CHECK(contains(npy_refusal(npy_of("{'descr': '<f4', 'descr': '<f4'}", "")), rule + "\"descr\" twice"));
  CHECK(contains(npy_refusal(npy_of("{'DESCR': '<f4'}", "")), rule + "\"DESCR\""));
}

TEST_CASE("Sizes that are negative, too large or too many are refused") {
  CHECK(
      contains(npy_refusal(npy_of(npy_header("<f4", "(-1,)"), "")), "npy: a size in the shape is negative"));
  for (const char* size : {"9223372036854775808", "99999999999999999999999"})
    CHECK(
        contains(npy_refusal(npy_of(npy_header("<f4", "(" + std::string(size) + ",)"), "")),
                 "npy: a size in the shape is too large\n    file a.npy\n    found \"" + std::string(size)));
  for (const char* shape : {"(4294967296, 4294967296)", "(2305843009213693952,)"})
    CHECK(
        contains(npy_refusal(npy_of(npy_header("<f8", shape), "")),
                 "npy: more numbers than a machine can address, or more than eight axes\n    file a.npy\n   "
                 " shape [" +
                     std::string(shape).substr(1, 10)));
  CHECK(contains(npy_refusal(npy_of(npy_header("<f4", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), as_text({1.0f}))),
                 "more than eight axes"));
}
