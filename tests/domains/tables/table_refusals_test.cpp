// What table() refuses, and what it says. Texts of csv.cpp's errors are tested in csv_test.cpp.
#include <cmath>

#include "tests/domains/tables/tables.h"

using sand::Fault;
using sand::domains::MissingCells;
using sand::domains::TableOptions;
using sand::domains::TableTask;
using namespace sand::testing;

namespace {

std::string usage(const std::string& text, const TableOptions& options) {
  return table_refusal(text, options, Fault::usage);
}

const std::string kHead = "domain,label,x\n";

}  // namespace

TEST_CASE("A header of numbers is a missing header") {
  CHECK(table_refusal("1.5,2,NA\n1,2,3\n") ==
        "table: the header is missing\n file t.csv\n expected the names of the columns in the first row\n "
        "found "
        "only numbers, the first one \"1.5\"\n hint: add a first line with a name for each column");
  CHECK(table_refusal("0,1,domain,label\n1,2,a,0\n3,4,a,1\n") == "");  // pandas' default names
}

TEST_CASE("A column without a name, or with the name of another, is refused by its number") {
  CHECK(table_refusal(",domain,label,x\n0,a,1,2\n") ==
        "table: a column has no name\n file t.csv\n column 1\n hint: pandas writes one for its index: "
        "to_csv(FILE, "
        "index=False) leaves it out");
  CHECK(table_refusal("domain,x,label,\" x\"\na,1,0,2\n") ==
        "table: two columns have one name\n file t.csv\n column 4\n and column 2\n name \"x\"\n hint: rename "
        "one of them");
}

TEST_CASE("A name that cannot be printed is refused") {
  const std::string
      rule = "table: a name must be UTF-8 without control characters, at most 200 bytes\n file t.csv",
      hint = "\n hint: save the table as UTF-8: iconv -f LATIN1 -t UTF-8 OLD >NEW";
  CHECK(table_refusal("domain,label,gr\xf6\xdf"
                      "e\na,0,1\n") == rule + "\n column 3\n found \"gr\\xf6\\xdfe\"" + hint);
  CHECK(table_refusal("domain,\"la\nbel\",x\na,0,1\n") == rule + "\n column 2\n found \"la\\x0abel\"" + hint);
  CHECK(contains(table_refusal("domain,label," + std::string(201, 'x') + "\na,0,1\n"), rule + "\n column 3"));
  CHECK(table_refusal(kHead + "a\xf6,0,1\n") ==
        rule + "\n row 1 (line 2 of the file)\n column 1, \"domain\"\n found \"a\\xf6\"" + hint);
  CHECK(contains(table_refusal(kHead + "a,\"\x01\",1\n"),
                 rule + "\n row 1 (line 2 of the file)\n column 2, \"label\""));
}

TEST_CASE("The name of a domain has at most 200 bytes") {
  const std::string longest(200, 'a');
  CHECK(table_refusal(kHead + longest + ",0,1\nb,1,1\n") == "");
  CHECK(contains(table_refusal(kHead + longest + "a,0,1\n"), "at most 200 bytes\n file t.csv\n row 1"));
}

TEST_CASE("A column that is not there is refused, with the nearest name") {
  CHECK(usage("Domain,label,x\na,0,1\n", {}) ==
        "--domain-column: the table has no such column\n file t.csv\n found \"domain\"\n known Domain, "
        "label, x\n "
        "hint: did you mean Domain?");
  CHECK(contains(usage(kHead + "a,0,1\n", {.columns = {.label = "lable"}}),
                 "--label-column: the table has no such column\n file t.csv\n found \"lable\""));
  CHECK(contains(usage(kHead + "a,0,1\n", {.columns = {.drop = {"y"}}}),
                 "--drop-columns: the table has no such column\n file t.csv\n found \"y\"\n known domain, "
                 "label, x\n hint: --drop-columns names a column of the header"));
  CHECK(contains(usage(kHead + "a,0,1\n", {.columns = {.one_hot = {"y"}}}),
                 "--one-hot: the table has no such column"));
  std::string many = "x0";
  for (int i = 1; i < 25; ++i) many += ",x" + std::to_string(i);
  CHECK(contains(usage(many + "\n", {}), "x19, ... (25 in all)"));
}

TEST_CASE("A column has one use") {
  CHECK(usage(kHead + "a,0,1\n", {.columns = {.label = "domain"}}) ==
        "--label-column: the column has another use already, or is named twice\n column \"domain\"");
  CHECK(contains(usage(kHead + "a,0,1\n", {.columns = {.drop = {"x", "x"}}}),
                 "--drop-columns: the column has"));
  CHECK(contains(usage(kHead + "a,0,1\n", {.columns = {.drop = {"x"}, .one_hot = {"x"}}}),
                 "--one-hot: the column"));
  CHECK(usage(kHead + "a,0,1\n", {.columns = {.drop = {"x"}}}) ==
        "table: no column is left as an input\n file t.csv\n columns domain, label, x");
}

TEST_CASE("Text in a column of numbers is refused with the first such row") {
  CHECK(table_refusal("domain,label,x,colour\na,0,1,2\n\na,1,2,red\na,1,2,blue\n") ==
        "table: a cell is not a number\n file t.csv\n row 2 (line 4 of the file)\n column 4, \"colour\"\n "
        "found "
        "\"red\"\n hint: --drop-columns colour leaves the column out; --one-hot colour makes an input of "
        "each word");
}

TEST_CASE("Infinity, numbers outside of a double and numbers outside of a float are refused") {
  const std::string place = "\n file t.csv\n row 1 (line 2 of the file)\n column 3, \"x\"\n found ",
                    leave_out = "\n hint: remove the row, or leave the column out: --drop-columns x";
  CHECK(table_refusal(kHead + "a,0,-inf\n") ==
        "table: a number is infinite" + place + "\"-inf\"" + leave_out);
  CHECK(table_refusal(kHead + "a,0,1e999\n") ==
        "table: a number is out of the range of a double" + place +
            "\"1e999\"\n hint: write 0 for a number that is too small");
  if (sizeof(sand::Scalar) == 4)
    CHECK(table_refusal(kHead + "a,0,0\na,1,1e39\n") ==
          "table: a number is too large\n file t.csv\n row 2 (line 3 of the file)\n column 3, \"x\"\n found "
          "\"1e39\"" +
              leave_out);
  CHECK(contains(table_refusal(kHead + "a,0,-1.7e308\na,1,1.7e308\n"), "table: a number is too large"));
}

TEST_CASE("Missing cells are refused unless their mean is requested") {
  CHECK(table_refusal(kHead + "a,0,1\na,1,\n") ==
        "table: a cell is missing\n file t.csv\n row 2 (line 3 of the file)\n column 3, \"x\"\n found \"\"\n "
        "hint: "
        "--missing mean puts the mean of the training domains in its place; --drop-columns leaves the column "
        "out");
  CHECK(contains(
      table_refusal(kHead + "a,0,r\na,1,NA\n", {.columns = {.one_hot = {"x"}}}),
      "table: a cell is missing\n file t.csv\n row 2 (line 3 of the file)\n column 3, \"x\"\n found \"NA\""));
}

TEST_CASE("A column without any number has no mean") {
  CHECK(table_refusal("domain,label,x,y\na,0,1,\na,1,2,NA\n", {.missing = MissingCells::mean}) ==
        "table: a column has no number in the training domains\n file t.csv\n input \"y\"\n hint: leave it "
        "out with "
        "--drop-columns");
}

TEST_CASE("Numbers that cannot be standardised together are refused, also those of a test domain") {
  const bool is_float = sizeof(sand::Scalar) == 4;
  const std::string tiny = is_float ? "4e-30" : "4e-150", huge = is_float ? "1e+30" : "1e+200";
  const std::string text = "domain,label,x,y\na,0,0,0\na,1,0," + tiny + "\nb,1,0," + huge + "\n";
  sand::domains::DataSet data = table_of(text);
  std::string said;
  try {
    standardize(data, std::vector<int>{0});
  } catch (const sand::Error& error) {
    CHECK(error.fault() == Fault::data);
    said = error.what();
  }
  CHECK(contains(said,
                 "table: the numbers of a column are too far apart to be standardised\n file t.csv\n input "
                 "\"y\"\n least " +
                     huge + ", in one domain\n greatest " + huge + ", in the same"));
  CHECK(contains(said, ", in the training domains"));
  if (!is_float) return;  // the squares are infinite
  standardize(data, std::vector<int>{0, 1});
  CHECK(example_of(data, 1, 0)[1] == doctest::Approx(std::sqrt(2.0)));
}

TEST_CASE("A row must have a domain and a label, whatever is done about missing cells") {
  const TableOptions mean = {.missing = MissingCells::mean};
  CHECK(table_refusal(kHead + "a,0,1\n,1,2\n", mean) ==
        "table: a row without a domain\n file t.csv\n row 2 (line 3 of the file)\n column 1, \"domain\"\n "
        "found "
        "\"\"\n hint: remove the row; if this text is a name, write it in another way");
  CHECK(
      table_refusal(kHead + "a,NA,1\n", mean) ==
      "table: a row without a label\n file t.csv\n row 1 (line 2 of the file)\n column 2, \"label\"\n found "
      "\"NA\"\n hint: remove the row; if this text is a name, write it in another way");
}

TEST_CASE("Decimal commas and points are not mixed up") {
  const std::string place = "\n file t.csv\n row 1 (line 2 of the file)\n column 3, \"x\"\n found ";
  CHECK(table_refusal("domain;label;x\na;0;1,5\n") ==
        "table: a number has a decimal comma" + place + "\"1,5\"\n hint: --decimal-comma reads such numbers");
  CHECK(table_refusal("domain;label;x\na;0;1.5\n", {.decimal_comma = true}) ==
        "table: a number has a decimal point, in a table with decimal commas" + place +
            "\"1.5\"\n hint: leave out --decimal-comma if the point is right");
  CHECK(usage(kHead + "a,0,1\n", {.decimal_comma = true}) ==
        "--decimal-comma: commas separate the cells of this table\n file t.csv\n hint: --separator names "
        "another "
        "separator");
}

TEST_CASE("More than 4096 domains, or 1000 classes or categories, are refused") {
  std::string domains = kHead, classes = kHead, categories = kHead;
  for (int i = 0; i < 4096; ++i) domains += std::to_string(i) + "," + std::to_string(i % 2) + ",1\n";
  for (int i = 0; i < 1000; ++i) classes += "a," + std::to_string(i) + ",1\n";
  for (int i = 0; i < 1000; ++i) categories += "a," + std::to_string(i % 2) + ",w" + std::to_string(i) + "\n";
  const TableOptions one_hot = {.columns = {.one_hot = {"x"}}};
  CHECK(table_refusal(domains) == "");
  CHECK(table_refusal(classes) == "");
  CHECK(table_refusal(categories, one_hot) == "");
  CHECK(table_refusal(domains + "x,0,1\n") ==
        "table: too many domains\n file t.csv\n row 4097 (line 4098 of the file)\n column 1, \"domain\"\n "
        "found "
        "\"x\"\n expected at most 4096 different texts\n hint: is it the right column? --drop-columns leaves "
        "one "
        "out");
  CHECK(contains(
      table_refusal(classes + "a,1000,1\n"),
      "table: too many classes\n file t.csv\n row 1001 (line 1002 of the file)\n column 2, \"label\"\n "
      "found \"1000\"\n expected at most 1000 different texts\n hint: --task regress predicts a number"));
  CHECK(contains(table_refusal(categories + "a,0,x\n", one_hot), "table: too many categories"));
}

TEST_CASE("A table needs rows, and more than one class") {
  CHECK(table_refusal(kHead) ==
        "table: the table has no rows\n file t.csv\n found only a header\n hint: a table has a row for each "
        "example below the names of its columns");
  CHECK(table_refusal(kHead + "a,ill,1\nb,ill,2\n") ==
        "table: all rows have one label: there is nothing to learn\n file t.csv\n column \"label\"\n found "
        "\"ill\"\n hint: --label-column names another column");
}

TEST_CASE("Two spellings of one number are refused as domains, classes and categories") {
  CHECK(table_refusal(kHead + "1,0,1\n1.0,1,1\n") ==
        "table: two spellings of one number\n found \"1\" and \"1.0\"\n file t.csv\n column \"domain\"\n "
        "hint: write the number in one way in all rows");
  CHECK(contains(table_refusal(kHead + "1,0,1\n1,00,1\n"),
                 "found \"0\" and \"00\"\n file t.csv\n column \"label\""));
  CHECK(contains(table_refusal(kHead + "1,0,1\n1,1,1.\n", {.columns = {.one_hot = {"x"}}}), "column \"x\""));
}

TEST_CASE("Targets of regression must be numbers") {
  const TableOptions regress = {.task = TableTask::regress};
  CHECK(
      table_refusal(kHead + "a,ill,1\n", regress) ==
      "table: a cell is not a number\n file t.csv\n row 1 (line 2 of the file)\n column 2, \"label\"\n found "
      "\"ill\"\n hint: --task classify predicts words");
  CHECK(contains(table_refusal(kHead + "a,,1\n", regress), "table: a row without a label"));
  CHECK(table_refusal(kHead + "a,5,1\n", regress) == "");
  if (sizeof(sand::Scalar) == 4)
    CHECK(contains(table_refusal(kHead + "a,1e39,1\n", regress), "table: a number is too large"));
}

TEST_CASE("Labels must be 0 or 1, and classes have one column") {
  const TableOptions labels = {.columns = {.label = "label,x"}, .task = TableTask::multilabel};
  CHECK(table_refusal("domain,label,x,y\na,1,0,3\na,0,2,3\n", labels) ==
        "table: a label must be 0 or 1\n file t.csv\n row 2 (line 3 of the file)\n column 3, \"x\"\n found "
        "\"2\"\n hint: --task regress predicts other numbers");
  CHECK(
      contains(table_refusal("domain,label,x,y\na,1,0,3\n", {.columns = {.label = "label,x"}}, Fault::usage),
               "--label-column: classes have one column\n file t.csv\n found \"label,x\""));
  CHECK(contains(table_refusal("domain,label,x,y\na,1,0,3\n",
                               {.columns = {.label = "label,z"}, .task = TableTask::regress}, Fault::usage),
                 "--label-column: the table has no such column"));
}

TEST_CASE("Rows that do not fit into memory are refused") {
  std::string text = kHead;
  for (int i = 0; i < 600000; ++i) text += "a,0,1\n";
  CHECK(table_refusal(text, {.memory = (2 << 20) + 24}, Fault::resources) ==
        "table: the rows do not fit into memory\n memory at most 2 MiB\n rows " +
            std::to_string(2 * (1 << 20) / sizeof(sand::Scalar)) +
            " read so far, of 1 numbers\n hint: leave columns out with --drop-columns, or rows");
}

TEST_CASE("Gzip data that is cut short is refused with the name of the file") {
  const std::string cut = "\x1f\x8b\x08";
  CHECK(
      table_refusal(cut) ==
      "gzip: the data end too early\n file t.csv\n expected the end of the compressed data and its "
      "checksum\n "
      "found the end of the file after 3 bytes\n hint: fetch the file again: it was cut short or damaged in "
      "transfer");
}
