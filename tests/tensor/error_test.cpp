#include "tensor/error.h"

#include <doctest/doctest.h>

#include <string>

using sand::Error;
using sand::Fault;

TEST_CASE("A message is the rule, one line per fact, the source line and a hint") {
  const std::string text = Error(Fault::usage, "linear: features of x must equal columns of w")
                               .fact("x", "[2, 3]")
                               .fact("dw", "[4, 5]")
                               .fact("file", "a.bin")
                               .at({"a.cpp", 41})
                               .hint("transpose w")
                               .what();
  CHECK(text ==
        "linear: features of x must equal columns of w\n"
        "    x    [2, 3]\n"
        "    dw   [4, 5]\n"
        "    file a.bin\n"
        "    at a.cpp:41\n"
        "    hint: transpose w");
}

TEST_CASE("Foreign text cannot move the cursor, colour the terminal or forge a line of the message") {
  const std::string foreign = "\x1b[2J\u009b31m\nsandgrad: all is well\r\xff";
  const std::string shown = "\\x1b[2J\\xc2\\x9b31m\\x0asandgrad: all is well\\x0d\\xff";
  CHECK(Error(Fault::data, "record: broken").fact(foreign, foreign).hint(foreign).what() ==
        "record: broken\n    " + shown + " " + shown + "\n    hint: " + shown);
  CHECK(std::string(Error(Fault::data, "name \x1b[2J is bad\n    file caf\u00e9").what()) ==
        "name \\x1b[2J is bad\n    file caf\u00e9");
}

TEST_CASE("An error's fault is the exit code of the program") {
  CHECK(Error(Fault::missing, "x").fault() == Fault::missing);
  CHECK(static_cast<int>(Fault::usage) == 64);
  CHECK(static_cast<int>(Fault::data) == 65);
  CHECK(static_cast<int>(Fault::missing) == 66);
  CHECK(static_cast<int>(Fault::resources) == 69);
  CHECK(static_cast<int>(Fault::internal) == 70);
  CHECK(static_cast<int>(Fault::busy) == 73);
  CHECK(static_cast<int>(Fault::io) == 74);
  CHECK(static_cast<int>(Fault::non_finite) == 76);
  CHECK(static_cast<int>(Fault::diverged) == 77);
}

TEST_CASE("A default argument names the line of the caller, from the root of the sources on") {
  const auto here = [](sand::Here at = sand::Here::at()) { return at; };
  const sand::Here caller = here();
  CHECK(caller.line == __LINE__ - 1);
  CHECK(caller.text() == "tests/tensor/error_test.cpp:" + std::to_string(caller.line));
  CHECK(sand::Here{}.text() == "");
}

TEST_CASE("A rule that holds builds no message") {
  bool made = false;
  const auto error = [&] { return made = true, Error(Fault::usage, "broken"); };
  sand::check(true, error);
  CHECK_FALSE(made);
  CHECK_THROWS_WITH_AS(sand::check(false, error), "broken", Error);
}
