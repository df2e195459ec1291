#include "domains/tables/table.h"

#include <cmath>

#include "domains/sampler.h"
#include "tests/domains/tables/tables.h"
#include "tests/folder.h"

using sand::Scalar;
using sand::domains::DataSet;
using sand::domains::MissingCells;
using sand::domains::standardize;
using sand::domains::TableOptions;
using sand::domains::TableTask;
using namespace sand::testing;

namespace {

using Numbers = std::vector<Scalar>;

/// Two domains, two classes, two inputs.
const std::string kPatients =
    "domain,age,label,weight\n"
    "north,30,ill,1.5\n"
    "south,40,well,2\n"
    "north,50,well,3\n"
    "south,60,ill,2.5\n"
    "north,40,ill,1.5\n";

std::vector<std::string> names_of(const DataSet& data) {
  std::vector<std::string> names;
  for (const sand::domains::Domain& domain : data.domains) names.push_back(domain.name);
  return names;
}

std::vector<std::string> notes_of(const std::string& text, TableOptions options = {}) {
  std::vector<std::string> notes;
  options.note = [&](const std::string& line) { notes.push_back(line); };
  table_of(text, options);
  return notes;
}

std::vector<std::string> notes_of_standardize(const std::string& text, const std::vector<int>& training,
                                              const TableOptions& options = {}) {
  std::vector<std::string> notes;
  DataSet data = table_of(text, options);
  standardize(data, training, [&](const std::string& line) { notes.push_back(line); });
  return notes;
}

void close(const Numbers& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-6));
}

}  // namespace

TEST_CASE("A table gives a domain for each text of its column, with the rows in their order") {
  const DataSet data = table_of(kPatients);
  CHECK(names_of(data) == std::vector<std::string>{"north", "south"});
  CHECK(data.input_names == std::vector<std::string>{"age", "weight"});
  CHECK(data.class_names == std::vector<std::string>{"ill", "well"});
  CHECK(data.classes == 2);
  CHECK(data.example == sand::Shape{2});
  CHECK(data.source == "5 rows of 2 inputs from t.csv");
  CHECK(data.domains[0].labels == std::vector<std::int32_t>{0, 1, 0});
  CHECK(data.domains[1].labels == std::vector<std::int32_t>{1, 0});
  CHECK(example_of(data, 0, 1) == Numbers{50, 3});  // before standardize()
  CHECK(example_of(data, 1, 1) == Numbers{60, 2.5});
}

TEST_CASE("Inputs have mean 0 and deviation 1 over all rows of the training domains, and only of those") {
  DataSet data = table_of(kPatients);
  standardize(data, std::vector<int>{0});
  CHECK(data.mean == std::vector<double>{40, 2});
  CHECK(data.deviation[0] == doctest::Approx(std::sqrt(200.0 / 3)).epsilon(1e-15));
  CHECK(data.deviation[1] == doctest::Approx(std::sqrt(0.5)).epsilon(1e-15));
  const double of_age = std::sqrt(200.0 / 3), of_weight = std::sqrt(0.5);
  close(example_of(data, 0, 0), {-10 / of_age, -0.5 / of_weight});
  close(example_of(data, 1, 0), {0, 0});
  close(example_of(data, 1, 1), {20 / of_age, 0.5 / of_weight});
  standardize(data, std::vector<int>{1});
  CHECK(data.mean == std::vector<double>{50, 2.25});
  close(example_of(data, 1, 0), {-1, -1});
  standardize(data, std::vector<int>{0, 1});
  CHECK(data.mean[0] == 44);
  CHECK(data.mean[1] == doctest::Approx(2.1));
}

TEST_CASE("Standardised numbers are exact in columns that are far from 0") {
  DataSet data =
      table_of("domain,label,date\na,0,20260101.25\na,1,20260101.75\na,1,20260101.25\nb,0,20260102.75\n");
  standardize(data, std::vector<int>{0});
  CHECK(data.mean[0] == doctest::Approx(20260101 + 1.25 / 3).epsilon(1e-15));
  const double deviation = std::sqrt(2.0) / 6;
  close(example_of(data, 0, 0), {-1 / 6.0 / deviation});
  close(example_of(data, 0, 1), {1 / 3.0 / deviation});
  close(example_of(data, 1, 0), {(1.5 - 1 / 6.0) / deviation});
}

TEST_CASE("A missing cell is the mean of the training domains, and does not count in it") {
  const std::string text = "domain,label,x\na,0,1\na,1,NA\na,1,3\nb,0,\nb,1,5\n";
  DataSet data = table_of(text, {.missing = MissingCells::mean});
  standardize(data, std::vector<int>{0});
  CHECK(data.mean == std::vector<double>{2});
  CHECK(data.deviation == std::vector<double>{1});
  CHECK(example_of(data, 0, 0) == Numbers{-1});
  CHECK(example_of(data, 0, 1) == Numbers{0});
  CHECK(example_of(data, 1, 0) == Numbers{0});
  CHECK(example_of(data, 1, 1) == Numbers{3});
}

TEST_CASE("A column whose first cell is missing is read like any other") {
  DataSet data = table_of("domain,label,x\na,0,\na,1,7\na,1,9\n", {.missing = MissingCells::mean});
  CHECK(example_of(data, 0, 1) == Numbers{7});
  standardize(data, std::vector<int>{0});
  CHECK(data.mean == std::vector<double>{8});
  CHECK(example_of(data, 0, 0) == Numbers{0});
  CHECK(example_of(data, 0, 2) == Numbers{1});
}

TEST_CASE("A one-hot column gives a standardised input for each of its texts, sorted") {
  const std::string text =
      "domain,label,colour,x\na,0,red,1\na,1,blue,2\na,1,red,3\na,0,red,4\nb,0,green,5\n";
  DataSet data = table_of(text, {.columns = {.one_hot = {"colour"}}});
  CHECK(data.input_names == std::vector<std::string>{"colour=blue", "colour=green", "colour=red", "x"});
  CHECK(example_of(data, 0, 0) == Numbers{0, 0, 1, 1});
  CHECK(example_of(data, 0, 1) == Numbers{1, 0, 0, 2});
  CHECK(example_of(data, 1, 0) == Numbers{0, 1, 0, 5});
  standardize(data, std::vector<int>{0});
  CHECK(data.mean == std::vector<double>{0.25, 0, 0.75, 2.5});
  const double deviation = std::sqrt(0.1875);
  close(example_of(data, 0, 0), {-0.25 / deviation, 0, 0.25 / deviation, -1.5 / std::sqrt(1.25)});
  close(example_of(data, 1, 0),
        {-0.25 / deviation, 0, -0.75 / deviation, 2.5 / std::sqrt(1.25)});  // green: unknown
}

TEST_CASE("A missing category is the mean, like a missing number") {
  DataSet data = table_of("domain,label,c\na,0,x\na,1,\na,1,y\na,1,y\n",
                          {.columns = {.one_hot = {"c"}}, .missing = MissingCells::mean});
  standardize(data, std::vector<int>{0});
  CHECK(data.input_names == std::vector<std::string>{"c=x", "c=y"});
  CHECK(data.mean[1] == doctest::Approx(2 / 3.0));
  CHECK(example_of(data, 0, 1) == Numbers{0, 0});
}

TEST_CASE("Columns are dropped by name, whatever their cells say") {
  const DataSet data =
      table_of("domain,note,label,x\na,\"line\nbreak\",0,1\na,inf,1,2\n", {.columns = {.drop = {"note"}}});
  CHECK(data.input_names == std::vector<std::string>{"x"});
  CHECK(example_of(data, 0, 1) == Numbers{2});
}

TEST_CASE("Domains and classes that are numbers are sorted by value") {
  const DataSet data =
      table_of("year,y,x\n2010,10,0\n9,9,1\n2010,-1,2\n", {.columns = {.domain = "year", .label = "y"}});
  CHECK(names_of(data) == std::vector<std::string>{"9", "2010"});
  CHECK(data.class_names == std::vector<std::string>{"-1", "9", "10"});
  CHECK(data.domains[1].labels == std::vector<std::int32_t>{2, 0});
}

TEST_CASE("A table for regression has numbers to predict, and batches have them, too") {
  const DataSet data = table_of("domain,label,x\na,0.5,1\nb,-2,2\na,1e3,3\n", {.task = TableTask::regress});
  CHECK(data.classes == 0);
  CHECK(data.class_names.empty());
  CHECK(data.domains[0].labels.empty());
  CHECK(data.domains[0].values == Numbers{0.5, 1000});
  CHECK(data.domains[0].size() == 2);
  sand::DomainRows rows;
  sand::domains::gather(data.domains[0], std::vector<std::uint32_t>{1, 0, 1}, rows);
  CHECK(rows.labels.empty());
  REQUIRE(rows.target_values.shape() == sand::Shape{3, 1});
  CHECK(rows.target_values[0] == 1000);
  CHECK(rows.target_values[1] == 0.5);
  CHECK(rows.targets(1, 2).values[0] == 0.5);
}

TEST_CASE("Several label columns give several numbers, in the order of their names") {
  const TableOptions options = {.columns = {.label = "low, high"}, .task = TableTask::regress};
  const DataSet data = table_of("domain,high,x,low\na,2,7,1\na,4,7,3\n", options);
  CHECK(data.task == TableTask::regress);
  CHECK(data.target_names == std::vector<std::string>{"low", "high"});
  CHECK(data.input_names == std::vector<std::string>{"x"});
  CHECK(data.domains[0].size() == 2);
  sand::DomainRows rows;
  sand::domains::gather(data.domains[0], std::vector<std::uint32_t>{1, 0}, rows);
  REQUIRE(rows.target_values.shape() == sand::Shape{2, 2});
  CHECK(rows.target_values[0] == 3);
  CHECK(rows.target_values[1] == 4);
  CHECK(rows.target_values[2] == 1);
}

TEST_CASE("A label column whose name has a comma is one column") {
  const DataSet data =
      table_of("domain,\"a,b\",x\na,2,7\na,4,7\n", {.columns = {.label = "a,b"}, .task = TableTask::regress});
  CHECK(data.target_names == std::vector<std::string>{"a,b"});
}

TEST_CASE("Decimal commas are read on request") {
  const DataSet data = table_of("domain;label;x\na;0;1,5\na;1;-2\n", {.decimal_comma = true});
  CHECK(example_of(data, 0, 0) == Numbers{1.5});
  CHECK(example_of(data, 0, 1) == Numbers{-2});
}

TEST_CASE("A gzipped table is read by its content, and the file is named in the data set") {
  const Folder folder;
  write_file(folder.path / "t.csv", kPatients);
  REQUIRE(std::system(("gzip -k " + folder / "t.csv").c_str()) == 0);
  for (const char* name : {"t.csv", "t.csv.gz"}) {
    const DataSet data = sand::domains::table(folder.path / name);
    CHECK(data.files == std::vector{folder.path / name});
    CHECK(data.domains[1].labels == std::vector<std::int32_t>{1, 0});
  }
  CHECK_THROWS_WITH_AS(sand::domains::table(folder.path / "none.csv"),
                       doctest::Contains("there is no such file"), sand::Error);
}

TEST_CASE("Many rows and many columns are read in chunks") {
  std::string text = "domain,label";
  for (int i = 0; i < 300; ++i) text += ",c" + std::to_string(i);
  for (int row = 0; row < 3000; ++row) {
    text += "\n" + std::to_string(row % 7) + "," + std::to_string(row % 2);
    for (int i = 0; i < 300; ++i) text += "," + std::to_string(row + i);
  }
  const DataSet data = table_of(text);
  for (const std::uint32_t example : {0u, 1u, 200u, 427u})
    for (const std::size_t domain : {0u, 3u})
      for (const std::size_t i : {0u, 299u})
        CHECK(example_of(data, domain, example)[i] == static_cast<Scalar>(7 * example + domain + i));
}

TEST_CASE("Progress is reported in bytes of the file") {
  std::string text = "domain,label,x";
  for (int row = 0; row < 10000; ++row) text += "\na," + std::to_string(row % 2) + ",1.0000000";
  std::vector<std::uint64_t> reports;
  table_of(text, {.progress = [&](std::uint64_t done, std::uint64_t total) {
             CHECK(total == text.size());
             reports.push_back(done);
           }});
  REQUIRE(reports.size() == 2);
  CHECK(reports[0] == 1 << 16);  // in blocks
  CHECK(reports[1] == 2 << 16);
}

TEST_CASE("A user is told the numbers of classes whose names are not their numbers") {
  CHECK(notes_of(kPatients)[0] == "classes: 0 = ill, 1 = well");
  CHECK(notes_of("domain,label,x\na,1,0\na,2,0\n")[0] == "classes: 0 = 1, 1 = 2");
  CHECK(notes_of("domain,label,x\na,1,0\na,0,0\n") == std::vector<std::string>{"domain a has only 2 rows"});
  std::string many = "domain,label,x\n";
  for (int i = 1; i <= 12; ++i) many += "a," + std::to_string(i) + ",0\n";
  CHECK(notes_of(many) ==
        std::vector<std::string>{"classes: 0 = 1, 1 = 2, 2 = 3, 3 = 4, 4 = 5, 5 = 6, 6 = 7, 7 = "
                                 "8, 8 = 9, 9 = 10 and 2 more"});
}

TEST_CASE("A user is told of domains with few rows or without a class, and of names that are alike") {
  std::string text = "domain,label,x\nB,0,1\nb,0,1\n";
  for (int i = 0; i < 10; ++i) text += "c," + std::to_string(i % 2) + ",1\n";
  CHECK(notes_of(text) ==
        std::vector<std::string>{"two names in column domain are alike: B, b", "domain B has only 1 row",
                                 "domain B has no row of class 1", "domain b has only 1 row",
                                 "domain b has no row of class 1"});
}

TEST_CASE("A constant column is 0, also where it is not constant, and a user is told") {
  const std::string text = "domain,label,x,y\na,0,0.1,1\na,1,0.1,2\na,0,0.1,3\nb,1,5,4\n";
  DataSet data = table_of(text);
  standardize(data, std::vector<int>{0});
  CHECK(data.deviation[0] == 0);
  CHECK(data.mean[0] == 0.1);
  CHECK(example_of(data, 0, 1) == Numbers{0, 0});
  CHECK(example_of(data, 1, 0)[0] == 0);
  CHECK(notes_of_standardize(text, {0}) ==
        std::vector<std::string>{"constant in the training domains, so always 0: x"});
  CHECK(notes_of_standardize(text, {0, 1}).empty());
}

TEST_CASE("A column that is constant in the training domains but begins elsewhere is constant") {
  std::string text = "domain,label,x\nb,0,0.3\n";
  for (int i = 0; i < 1000; ++i) text += "a," + std::to_string(i % 2) + ",0.1\n";
  DataSet data = table_of(text);
  standardize(data, std::vector<int>{0});
  CHECK(data.deviation[0] == 0);
  CHECK(example_of(data, 0, 0) == Numbers{0});
}

TEST_CASE("A user is told of scales that differ by more than a million") {
  const auto with_scale = [](const char* large) {
    return std::string("domain,label,small,large\na,0,0,0\na,1,2e-3,") + large + "\n";
  };
  CHECK(notes_of_standardize(with_scale("3e3"), {0}) ==
        std::vector<std::string>{
            "scales differ by more than 1e6, from small (deviation 0.001) to large (deviation "
            "1500): each input is standardised"});
  CHECK(notes_of_standardize(with_scale("2e3"), {0}).empty());
}
