#include "experiments/report/log_reader.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/folder.h"

using namespace sand::experiments;

TEST_CASE("NaN and Infinity outside texts become null") {
  CHECK(without_not_finite(R"({"a": NaN, "b": [-Infinity, Infinity]})") ==
        R"({"a": null, "b": [null, null]})");
  CHECK(without_not_finite(R"({"NaN": "Infinity \" NaN", "x": NaN})") ==
        R"({"NaN": "Infinity \" NaN", "x": null})");
}
