#include "domains/tables/fitted_table.h"

#include "tests/domains/tables/tables.h"
#include "tests/folder.h"

using sand::Fault;
using sand::Scalar;
using namespace sand::domains;
using namespace sand::testing;

namespace {

using Numbers = std::vector<Scalar>;

const FittedColumns kFitted = {.inputs = {{"age", 40, 10}, {"ward=east", 0.5, 0.5}, {"ward=west", 0.5, 0.5}},
                               .classes = {"ill", "well"}};
const TableOptions kOptions = {.columns = {.drop = {"name"}, .one_hot = {"ward"}}};

DataSet fitted_of(const std::string& text, const TableOptions& options = kOptions,
                  const FittedColumns& fitted = kFitted) {
  const Folder folder;
  write_file(folder / "t.csv", text);
  return fitted_table(folder / "t.csv", options, fitted);
}

std::string fitted_refusal(const std::string& text, const TableOptions& options = kOptions,
                           const FittedColumns& fitted = kFitted) {
  try {
    fitted_of(text, options, fitted);
  } catch (const sand::Error& error) {
    CHECK(error.fault() == Fault::data);
    const std::string said = squeezed(error.what());
    const std::size_t file = said.find(" file "), end = said.find('\n', file);
    return said.substr(0, file) + said.substr(end + 1);  // without the path
  }
  return "";
}

FittedColumns without_targets() {
  FittedColumns fitted = kFitted;
  fitted.has_targets = false;
  return fitted;
}

}  // namespace

TEST_CASE("A table is standardised as in the training, for any order of its columns") {
  const DataSet data =
      fitted_of("ward,label,age,name,domain\neast,well,50,x,b\nwest,ill,35,y,a\neast,well,40,z,a\n");
  REQUIRE(data.domains.size() == 2);
  CHECK(data.domains[0].name == "a");
  CHECK(example_of(data, 0, 0) == Numbers{Scalar(-0.5), -1, 1});
  CHECK(example_of(data, 0, 1) == Numbers{0, 1, -1});
  CHECK(example_of(data, 1, 0) == Numbers{1, 1, -1});
  CHECK(data.domains[0].labels == std::vector<std::int32_t>{0, 1});
  CHECK(data.classes == 2);
}

TEST_CASE("Classes have their numbers of the training, also if the table lacks one") {
  CHECK(fitted_of("domain,label,age,ward\na,well,1,east\n").domains[0].labels ==
        std::vector<std::int32_t>{1});
}

TEST_CASE("The numbers are those that the training made of the same rows") {
  const std::string text = "domain,label,x\na,0,1.5\na,1,2.5\nb,0,7\n";
  DataSet trained = table_of(text);
  standardize(trained, std::vector<int>{0, 1});
  const DataSet fitted =
      fitted_of(text, {}, {.inputs = {{"x", trained.mean[0], trained.deviation[0]}}, .classes = {"0", "1"}});
  for (const std::size_t domain : {0, 1})
    for (std::uint32_t example = 0; example < trained.domains[domain].size(); ++example)
      CHECK(example_of(fitted, domain, example)[0] ==
            doctest::Approx(example_of(trained, domain, example)[0]).epsilon(1e-6));
}

TEST_CASE("Without targets, domains and labels may be missing, and rows keep the order of the file") {
  for (const char* text :
       {"age,ward\n50,west\n40,east\n", "label,age,ward,domain\n,50,west,b\n?,40,east,a\n"}) {
    const DataSet data = fitted_of(text, kOptions, without_targets());
    REQUIRE(data.domains.size() == 1);
    CHECK(data.domains[0].size() == 2);
    CHECK(example_of(data, 0, 0) == Numbers{1, -1, 1});
    CHECK(example_of(data, 0, 1) == Numbers{0, 1, -1});
  }
}

TEST_CASE("A missing cell is 0 if the training allowed it, and a column without deviation is always 0") {
  TableOptions options = kOptions;
  options.missing = MissingCells::mean;
  CHECK(example_of(fitted_of("age,ward\n,east\n7,NA\n", options, without_targets()), 0, 0) ==
        Numbers{0, 1, -1});
  CHECK(example_of(fitted_of("age,ward\n,east\n50,NA\n", options, without_targets()), 0, 1) ==
        Numbers{1, 0, 0});
  FittedColumns constant = {.inputs = {{"age", 40, 0}}, .classes = {}, .has_targets = false};
  CHECK(example_of(fitted_of("age,label\n50,1\n", {}, constant), 0, 0) == Numbers{0});
  CHECK(fitted_refusal("age,ward\n,east\n", kOptions, without_targets()) ==
        "table: a cell is missing\n row 1 (line 2 of the file)\n column 1, \"age\"\n found \"\"\n hint: the "
        "training had no missing cells; --missing mean puts the mean of its inputs in their place");
}

TEST_CASE("Columns that are missing or unknown are refused by name") {
  CHECK(
      fitted_refusal("domain,label,Age,ward\na,ill,1,east\n") ==
      "table: a column of the training is missing\n column \"age\"\n found domain, label, Age, ward\n hint: "
      "is it Age? rename that column");
  CHECK(fitted_refusal("label,age,ward\nill,1,east\n").find("column \"domain\"") != std::string::npos);
  CHECK(
      fitted_refusal("domain,label,age,ward,height\na,ill,1,east,2\n") ==
      "table: the training had no such column\n column 5, \"height\"\n hint: --drop-columns height leaves it "
      "out");
}

TEST_CASE("Words, classes and cells that the training could not have are refused by row and column") {
  const std::string head = "domain,label,age,ward\n";
  CHECK(fitted_refusal(head + "a,ill,1,north\n") ==
        "table: a word that the training did not have\n row 1 (line 2 of the file)\n column 4, \"ward\"\n "
        "found \"north\"\n known east, west");
  CHECK(contains(fitted_refusal(head + "a,dead,1,east\n"),
                 "table: a class that the training did not have\n row 1 (line 2 of the file)\n column 2, "
                 "\"label\"\n found \"dead\"\n known ill, well"));
  CHECK(contains(fitted_refusal(head + "a,ill,old,east\n"), "table: a cell is not a number"));
  CHECK(contains(fitted_refusal(head + ",ill,1,east\n"), "table: a row without a domain"));
  CHECK(fitted_refusal(head).find("table: the table has no rows") == 0);
  if (sizeof(Scalar) == 4)
    CHECK(contains(fitted_refusal(head + "a,ill,1e300,east\n"), "table: a number is too large"));
}

TEST_CASE("Inputs that do not fit into memory are refused") {
  std::string text = "age,ward\n";
  for (int i = 0; i < 1000; ++i) text += "1,east\n";
  TableOptions options = kOptions;
  options.memory = 1000;
  try {
    fitted_of(text, options, without_targets());
    FAIL("it fitted");
  } catch (const sand::Error& error) {
    CHECK(error.fault() == Fault::resources);
  }
}
