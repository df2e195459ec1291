#include "experiments/setup/data_report.h"

#include <doctest/doctest.h>

#include <memory>

using sand::Scalar;
using sand::Threads;
using sand::domains::DataSet;
using sand::domains::Domain;
using namespace sand::experiments;

namespace {

using Examples = std::vector<std::vector<Scalar>>;

Domain domain_of(const std::string& name, std::vector<std::int32_t> labels, const Examples& examples) {
  Domain domain{.name = name, .example = {2}, .labels = std::move(labels), .read = {}};
  domain.read = [examples](std::uint32_t example, std::span<Scalar> input) {
    std::copy(examples[example].begin(), examples[example].end(), input.begin());
  };
  return domain;
}

/// `count` examples of two classes by turns, different from those with another `start`.
Domain many(const std::string& name, int count, int start) {
  Examples examples;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < count; ++i) {
    examples.push_back({static_cast<Scalar>(start + i), static_cast<Scalar>(-i)});
    labels.push_back(i % 2);
  }
  return domain_of(name, labels, examples);
}

DataSet data_of(std::vector<Domain> domains) {
  return {.name = "D", .source = "s", .example = {2}, .classes = 2, .domains = std::move(domains)};
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("A data set without faults has neither problems nor warnings") {
  const DataReport report = report_on(data_of({many("a", 20, 0), many("b", 11, 100)}), Threads(2));
  CHECK(report.counts == std::vector<std::vector<std::uint64_t>>{{10, 10}, {6, 5}});
  CHECK(report.problems.empty());
  CHECK(report.warnings.empty());
  CHECK(report.duplicates.examples == 0);
}

TEST_CASE("One domain, domains with one example and classes with one example are problems") {
  CHECK(report_on(data_of({many("a", 20, 0)}), Threads(1)).problems ==
        Lines{"there is only one domain: nothing to compare"});
  DataSet data = data_of({many("a", 20, 0), many("b", 1, 50)});
  CHECK(report_on(data, Threads(1)).problems == Lines{"domain b has one example"});
  data.domains[1] = many("b", 12, 50);
  data.domains[1].labels[3] = 2;
  data.classes = 3;
  CHECK(report_on(data, Threads(1)).problems == Lines{"class 2 has one example"});
  data.class_names = {"x", "y", "z"};
  CHECK(report_on(data, Threads(1)).problems == Lines{"class z has one example"});
}

TEST_CASE("Domains with few examples or without a class are warnings") {
  DataSet data = data_of({many("a", 20, 0), many("b", 9, 50), many("c", 10, 90)});
  data.domains[2].labels.assign(10, 1);
  CHECK(report_on(data, Threads(1)).warnings ==
        Lines{"domain b has 9 examples", "domain c has no example of class 0"});
}

TEST_CASE("Examples that occur in two domains are counted, and the first pair is named") {
  Domain a = domain_of("a", {0, 1, 0, 1}, {{1, 2}, {3, 4}, {1, 2}, {5, 6}}),
         b = domain_of("b", {0, 0, 1}, {{7, 8}, {3, 4}, {1, 2}});
  const DataReport report = report_on(data_of({a, b}), Threads(1));
  CHECK(report.duplicates.examples == 5);
  CHECK(report.duplicates.first == ExampleId{0, 0});
  CHECK(report.duplicates.other == ExampleId{1, 2});
  CHECK(report.problems ==
        Lines{"5 examples have inputs that another domain has, too; first example 0 of a and "
              "example 2 of b"});
}

TEST_CASE("Examples that occur twice in one domain only are no problem") {
  const Domain a = domain_of("a", {0, 1, 0}, {{1, 2}, {1, 2}, {3, 4}}),
               b = domain_of("b", {0, 1}, {{1, 3}, {2, 2}});
  CHECK(report_on(data_of({a, b}), Threads(1)).duplicates.examples == 0);
}

TEST_CASE("Inputs that are equal in all domains are named, but not those of images") {
  Examples examples(12, {1, 5});
  for (std::size_t i = 0; i < 12; ++i) examples[i][0] = static_cast<Scalar>(i);
  std::vector<std::int32_t> labels(12);
  labels[0] = labels[1] = 1;
  DataSet data = data_of({domain_of("a", labels, examples), many("b", 12, 50)});
  CHECK(report_on(data, Threads(1)).constant.empty());
  Examples others = examples;
  for (auto& other : others) other[0] += 100;
  data.domains[1] = domain_of("b", labels, others);
  CHECK(report_on(data, Threads(1)).warnings == Lines{"constant in all domains: input 1"});
  data.input_names = {"age", "weight"};
  CHECK(report_on(data, Threads(1)).constant == Lines{"weight"});
  data.example = {1, 1, 2};
  CHECK(report_on(data, Threads(1)).constant.empty());
}

TEST_CASE("A data set for regression has counts of domains only") {
  DataSet data = data_of({many("a", 20, 0), many("b", 20, 50)});
  data.classes = 0;
  for (Domain& domain : data.domains) {
    domain.values.assign(domain.labels.begin(), domain.labels.end());
    domain.labels.clear();
  }
  const DataReport report = report_on(data, Threads(1));
  CHECK(report.counts == std::vector<std::vector<std::uint64_t>>{{}, {}});
  CHECK(report.problems.empty());
  CHECK(report.warnings.empty());
}
