#include "domains/tables/csv.h"

#include "tests/domains/tables/tables.h"

using sand::domains::CsvRow;
using sand::domains::GzipReader;
using sand::domains::kMostCellBytes;
using sand::domains::kMostColumns;
using namespace sand::testing;

namespace {

/// The error about a file, with single blanks; "" if there is none.
std::string csv_refusal(const std::string& text, char separator = ',') {
  try {
    rows_of(text, separator);
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::data);
    return squeezed(error.what());
  }
  return "";
}

std::vector<std::string> places_of(const std::string& text) {
  GzipReader file(file_of(text), "t.csv");
  std::vector<std::string> places;
  sand::domains::read_csv(file, ',', [&](const CsvRow& row) { places.push_back(row.place()); });
  return places;
}

}  // namespace

TEST_CASE("Rows may end with LF, CRLF or CR, and the last one with nothing") {
  const Rows expected = {{"a", "b"}, {"1", "2"}, {"3", "4"}};
  for (const std::string text :
       {"a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4\r", "a,b\n1,2\n3,4"})
    CHECK(rows_of(text, ',') == expected);
}

TEST_CASE("A byte-order mark is no part of the first name") {
  CHECK(rows_of("\xef\xbb\xbf"
                "a,b\n1,2\n") == Rows{{"a", "b"}, {"1", "2"}});
}

TEST_CASE("Quoted cells may have separators, line breaks, blanks and doubled quotes") {
  CHECK(rows_of("a,b\n\"x, \"\"y\"\"\n z \",\" 2\"\n", ',') == Rows{{"a", "b"}, {"x, \"y\"\n z ", " 2"}});
}

TEST_CASE("Blanks around unquoted cells and blank lines do not count, and empty cells do") {
  CHECK(rows_of("\n a ,b\n\n  \n1 ,\t2\n,\n\n", ',') == Rows{{"a", "b"}, {"1", "2"}, {"", ""}});
  CHECK(rows_of("a\tb\n1\t\n", '\t') == Rows{{"a", "b"}, {"1", ""}});
}

TEST_CASE("A row is named by its number and by its line, although cells have line breaks") {
  for (const std::string end : {"\n", "\r\n", "\r"})
    CHECK(places_of("a,b" + end + "1,\"x" + end + end + "y\"" + end + end + "2,3" + end + "4,5" + end) ==
          std::vector<std::string>{"the header (line 1)", "1 (line 2 of the file)", "2 (line 6 of the file)",
                                   "3 (line 7 of the file)"});
}

TEST_CASE("A table that is larger than a block is read in one piece") {
  std::string text = "a,b\n";
  Rows expected = {{"a", "b"}};
  for (int i = 0; i < 30000; ++i) {
    expected.push_back({std::to_string(i), "\"" + std::to_string(i)});
    text += std::to_string(i) + ",\"\"\"" + std::to_string(i) + "\"\n";
  }
  CHECK(rows_of(text) == expected);
}

TEST_CASE("A row with too few or too many cells is refused with its place and both numbers") {
  CHECK(
      csv_refusal("a,b\n1,2\n\n3\n") ==
      "table: a row has too few cells\n file t.csv\n row 2 (line 4 of the file)\n expected 2, as many as the "
      "header has\n found 1\n hint: is it the right --separator? a cell that contains it must be in double "
      "quotes");
  CHECK(contains(
      csv_refusal("a,b\n1,2,3,4\n"),
      "table: a row has too many cells\n file t.csv\n row 1 (line 2 of the file)\n expected 2, as many "
      "as the header has\n found 4"));
}

TEST_CASE("Quotes that are not closed, or in the middle of a cell, are refused") {
  CHECK(
      csv_refusal("a,b\n1,2\n3,\"4\n5,6\n") ==
      "table: a quote is never closed\n file t.csv\n row 2 (line 3 of the file)\n hint: the cell that begins "
      "with it goes on to the end of the file");
  const std::string rule =
      "table: a quote inside a cell without quotes, or text after a closing quote\n file t.csv";
  CHECK(csv_refusal("a,b\n1,5\"\n") ==
        rule +
            "\n row 1 (line 2 of the file)\n column 2\n hint: a cell with quotes is written \"so: "
            "\"\"quoted\"\"\"");
  CHECK(contains(csv_refusal("a,b\n\"1\"x,5\n"), rule + "\n row 1 (line 2 of the file)\n column 1"));
}

TEST_CASE("NUL bytes are refused, with their row") {
  CHECK(csv_refusal(std::string("a,b\n1,2\n3,\0", 11) + "4\n") ==
        "table: a NUL byte\n file t.csv\n row 2 (line 3 of the file)\n hint: is it a binary file, or text in "
        "UTF-16? tables are text in UTF-8");
  CHECK(contains(csv_refusal(std::string("\0a,b\n", 5)), "row the header (line 1)"));
}

TEST_CASE("Files of other kinds are named") {
  const auto kind = [](const std::string& beginning) { return csv_refusal(beginning + "a,b\n1,2\n"); };
  CHECK(kind("PK\3\4") ==
        "table: this is another kind of file\n file t.csv\n found a zip archive, as Excel's .xlsx is\n hint: "
        "save "
        "the sheet as CSV (UTF-8)");
  CHECK(
      contains(kind("\xff\xfe"), "found text in UTF-16\n hint: save it as UTF-8: iconv -f UTF-16 -t UTF-8"));
  CHECK(contains(kind("\xfe\xff"), "found text in UTF-16"));
  CHECK(contains(kind("PAR1"), "found Parquet"));
  CHECK(contains(kind("\xd0\xcf\x11\xe0"), "found an old Office file (.xls)"));
  CHECK(contains(kind("SQLite format 3"), "found a database of SQLite"));
  CHECK(contains(kind("version https://git-lfs"), "found a git-lfs pointer"));
  CHECK(contains(kind("<html>"), "found a page of HTML or XML"));
}

TEST_CASE("An empty file and one without a header are refused") {
  CHECK(csv_refusal("") ==
        "table: the file is empty\n file t.csv\n hint: a table begins with the names of its columns");
  CHECK(csv_refusal("\n \n\r\n") ==
        "table: the file has no header\n file t.csv\n found a blank beginning\n hint: a table begins with "
        "the names of its columns");
  CHECK(contains(csv_refusal("\xef\xbb\xbf"), "table: the file has no header"));
}

TEST_CASE("A header that no separator divides is refused") {
  CHECK(csv_refusal("name:sex\n1:2\n", 0) ==
        "table: no separator divides the header\n file t.csv\n header \"name:sex\"\n hint: the cells of a "
        "row are "
        "separated by , ; tab or |; --separator names one of them");
}

TEST_CASE("Cells of more than 1 MiB are refused, and those of 1 MiB are read") {
  const std::string longest(kMostCellBytes, 'x');
  CHECK(rows_of("a,b\n1," + longest + "\n", ',')[1][1].size() == kMostCellBytes);
  CHECK(csv_refusal("a,b\n1," + longest + "x\n") ==
        "table: a cell is too long\n file t.csv\n row 1 (line 2 of the file)\n expected at most 1 MiB\n "
        "hint: is a "
        "quote missing? the cell may begin in an earlier line");
  CHECK(contains(csv_refusal("a,b\n1,\"" + longest + longest), "table: a cell is too long"));
}

TEST_CASE("More than 100,000 columns are refused, and 100,000 are read") {
  std::string header;
  for (std::size_t i = 0; i + 1 < kMostColumns; ++i) header += "x,";
  CHECK(rows_of(header + "x\n", ',')[0].size() == kMostColumns);
  CHECK(csv_refusal(header + "x,x\n") ==
        "table: too many columns\n file t.csv\n expected at most 100000\n hint: is it the right --separator, "
        "or a "
        "matrix that must be transposed?");
}

TEST_CASE("A row of more than 64 MiB is refused") {
  std::string header, row;
  for (int i = 0; i < 80; ++i) {
    header += std::string(i == 0 ? "" : ",") + "x";
    row += std::string(i == 0 ? "" : ",") + std::string(1 << 20, '1');
  }
  CHECK(csv_refusal(header + "\n" + row + "\n") ==
        "table: a row is too long\n file t.csv\n row 1 (line 2 of the file)\n expected at most 64 MiB");
}
