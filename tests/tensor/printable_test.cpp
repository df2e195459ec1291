#include "tensor/printable.h"

#include <doctest/doctest.h>

using sand::name_of_printable;
using sand::printable;
using sand::without_controls;

TEST_CASE("Names that can be printed stay as they are") {
  CHECK(printable("art_painting/pic 001 (2).jpg") == "art_painting/pic 001 (2).jpg");
  CHECK(printable("Straße") == "Straße");
  CHECK(printable("写真") == "写真");
  CHECK(printable("\U0001f40e") == "\U0001f40e");
  CHECK(printable("\u00a0\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff") ==
        "\u00a0\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff");
  CHECK(printable("") == "");
}

TEST_CASE("Control characters and backslashes are escaped by number") {
  CHECK(printable("a\nb\tc\x1b[2J\x7f\\") == "a\\x0ab\\x09c\\x1b[2J\\x7f\\x5c");
  CHECK(printable(std::string_view("\0", 1)) == "\\x00");
  CHECK(printable("\u0080\u009f") == "\\xc2\\x80\\xc2\\x9f");
}

TEST_CASE("Bytes that are not UTF-8 are escaped by number, and the rest is read") {
  CHECK(printable("\xff\xfe") == "\\xff\\xfe");
  CHECK(printable("caf\xe9 noir") == "caf\\xe9 noir");
  CHECK(printable("\xc3") == "\\xc3");
  CHECK(printable("\xe5\x86z") == "\\xe5\\x86z");
  CHECK(printable("\xc0\xaf\xe0\x80\xaf") == "\\xc0\\xaf\\xe0\\x80\\xaf");  // a slash written too long
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");                    // half a surrogate pair
  CHECK(printable("\xf4\x90\x80\x80\xf0\x80\x80\x80") ==
        "\\xf4\\x90\\x80\\x80\\xf0\\x80\\x80\\x80");  // beyond the last, too long
}

TEST_CASE("Printable text is read back byte by byte") {
  for (const std::string name : {"", "plain",
                                 "gr\xf6\xdf"
                                 "e",
                                 "a\nb\\x41\\", "\\x1b", "caf\u00e9\xff"})
    CHECK(name_of_printable(printable(name)) == name);
  for (const char* text : {"\\", "\\x", "\\x4", "\\xg1", "\\n"}) CHECK(name_of_printable(text) == text);
}

TEST_CASE("Text without control characters is unchanged, also a second time") {
  CHECK(without_controls("\x1b]0;title\x07 \u009b31m line\nforged \\ caf\u00e9 \xff") ==
        "\\x1b]0;title\\x07 \\xc2\\x9b31m line\\x0aforged \\ caf\u00e9 \\xff");
  CHECK(without_controls(printable("a\x1b\\")) == printable("a\x1b\\"));
}

TEST_CASE("Quoted text is at most one line long") {
  CHECK(sand::in_quotes("a\n") == "\"a\\x0a\"");
  CHECK(sand::in_quotes(std::string(81, 'x')) == "\"" + std::string(80, 'x') + "\"...");
}
