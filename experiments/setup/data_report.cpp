#include "experiments/setup/data_report.h"

#include <algorithm>
#include <limits>

#include "tensor/fingerprint.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

constexpr std::size_t kShown = 10;  // names in a line

struct Hashed {
  std::uint64_t hash;
  ExampleId id;
  auto operator<=>(const Hashed&) const = default;
};

/// Of one domain.
struct Scan {
  std::vector<Hashed> hashes;
  std::vector<Scalar> least, greatest;  // of each input
};

Scan scan(const domains::DataSet& data, std::uint32_t number) {
  const domains::Domain& domain = data.domains[number];
  const auto width = static_cast<std::size_t>(data.example.size());
  constexpr Scalar kInfinity = std::numeric_limits<Scalar>::infinity();
  Scan found{{}, std::vector<Scalar>(width, kInfinity), std::vector<Scalar>(width, -kInfinity)};
  std::vector<Scalar> input(width);
  for (std::uint32_t example = 0; example < domain.size(); ++example) {
    domain.read(example, input);
    for (std::size_t i = 0; i < width; ++i) {
      found.least[i] = std::min(found.least[i], input[i]);
      found.greatest[i] = std::max(found.greatest[i], input[i]);
    }
    found.hashes.push_back({Fingerprint().add(std::span<const Scalar>(input)).value(), {number, example}});
  }
  return found;
}

std::vector<Scalar> input_of(const domains::DataSet& data, const ExampleId& id) {
  std::vector<Scalar> input(static_cast<std::size_t>(data.example.size()));
  data.domains[id.domain].read(id.example, input);
  return input;
}

/// `hashes` is sorted. Examples of one hash that are not equal are left out: two in 2^64 are alike by chance.
Duplicates find_duplicates(const domains::DataSet& data, const std::vector<Hashed>& hashes) {
  Duplicates found;
  for (auto first = hashes.begin(); first != hashes.end();) {
    const auto end =
        std::find_if(first, hashes.end(), [&](const Hashed& h) { return h.hash != first->hash; });
    if ((end - 1)->id.domain != first->id.domain) {
      const std::vector<Scalar> input = input_of(data, first->id);
      std::vector<ExampleId> equal;
      for (auto at = first; at != end; ++at)
        if (input_of(data, at->id) == input) equal.push_back(at->id);
      const auto other = std::find_if(equal.begin(), equal.end(),
                                      [&](const ExampleId& id) { return id.domain != equal[0].domain; });
      if (other != equal.end()) {
        if (found.examples == 0 || equal[0] < found.first) found.first = equal[0], found.other = *other;
        found.examples += equal.size();
      }
    }
    first = end;
  }
  return found;
}

/// "a, b and 3 more".
std::string some(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
    text += (i == 0 ? "" : ", ") + printable(names[i]);
  return names.size() > kShown ? text + " and " + std::to_string(names.size() - kShown) + " more" : text;
}

std::string id_text(const domains::DataSet& data, const ExampleId& id) {
  return "example " + std::to_string(id.example) + " of " + printable(data.domains[id.domain].name);
}

/// Notes domains and classes with few examples.
void judge_counts(const domains::DataSet& data, DataReport& report) {
  constexpr std::uint32_t kFew = 10;
  if (data.domains.size() == 1) report.problems.push_back("there is only one domain: nothing to compare");
  std::vector<std::uint64_t> of_class(static_cast<std::size_t>(data.classes));
  for (std::size_t d = 0; d < data.domains.size(); ++d) {
    const domains::Domain& domain = data.domains[d];
    const std::string name = "domain " + printable(domain.name);
    if (domain.size() == 1)
      report.problems.push_back(name + " has one example");
    else if (domain.size() < kFew)
      report.warnings.push_back(name + " has " + std::to_string(domain.size()) + " examples");
    std::vector<std::string> lacking;
    for (std::size_t c = 0; c < of_class.size(); ++c) {
      of_class[c] += report.counts[d][c];
      if (report.counts[d][c] == 0) lacking.push_back(class_name(data, c));
    }
    if (!lacking.empty()) report.warnings.push_back(name + " has no example of class " + some(lacking));
  }
  for (std::size_t c = 0; c < of_class.size(); ++c)
    if (of_class[c] == 1)
      report.problems.push_back("class " + printable(class_name(data, c)) + " has one example");
}

}  // namespace

std::string class_name(const domains::DataSet& data, std::size_t number) {
  return data.class_names.empty() ? std::to_string(number) : data.class_names[number];
}

DataReport report_on(const domains::DataSet& data, const Threads& threads) {
  std::vector<Scan> scans(data.domains.size());
  threads.run(static_cast<int>(scans.size()), [&](int domain, int) {
    scans[static_cast<std::size_t>(domain)] = scan(data, static_cast<std::uint32_t>(domain));
  });
  DataReport report;
  std::vector<Hashed> hashes;
  Scan all = scans[0];
  for (Scan& of_domain : scans) {
    hashes.insert(hashes.end(), of_domain.hashes.begin(), of_domain.hashes.end());
    of_domain.hashes = {};
    for (std::size_t i = 0; i < all.least.size(); ++i) {
      all.least[i] = std::min(all.least[i], of_domain.least[i]);
      all.greatest[i] = std::max(all.greatest[i], of_domain.greatest[i]);
    }
  }
  for (const domains::Domain& domain : data.domains) {
    report.counts.emplace_back(static_cast<std::size_t>(data.classes));
    for (const std::int32_t label : domain.labels) ++report.counts.back()[static_cast<std::size_t>(label)];
  }
  judge_counts(data, report);
  std::sort(hashes.begin(), hashes.end());
  report.duplicates = find_duplicates(data, hashes);
  if (const Duplicates& twice = report.duplicates; twice.examples > 0)
    report.problems.push_back(std::to_string(twice.examples) +
                              " examples have inputs that another domain has, too; first " +
                              id_text(data, twice.first) + " and " + id_text(data, twice.other));
  if (data.example.rank() != 1) return report;  // the border of an image is often constant
  for (std::size_t i = 0; i < all.least.size(); ++i)
    if (all.least[i] == all.greatest[i])
      report.constant.push_back(data.input_names.empty() ? "input " + std::to_string(i)
                                                         : data.input_names[i]);
  if (!report.constant.empty())
    report.warnings.push_back("constant in all domains: " + some(report.constant));
  return report;
}

}  // namespace sand::experiments
