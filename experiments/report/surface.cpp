#include "experiments/report/surface.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "autograd/predict.h"
#include "experiments/report/axes.h"
#include "experiments/report/heat_map.h"
#include "experiments/report/style.h"
#include "nn/scores.h"

namespace sand::experiments {
namespace {

constexpr int kSidePoints = 72;
constexpr std::uint32_t kOtherInputs = 12, kPointsOfDomain = 24;
constexpr std::size_t kMostDots = 480, kMostSignatures = 64;

/// The first examples of a domain, which are in random order already.
domains::Part some_of(const domains::Domain& domain, std::uint32_t count) {
  domains::Part part{&domain, std::vector<std::uint32_t>(std::min(count, domain.size()))};
  std::iota(part.examples.begin(), part.examples.end(), 0u);
  return part;
}

struct PlanePoint {
  double x, y;
  int label;
};

std::vector<PlanePoint> points_of_domains(const domains::DataSet& data, const std::vector<int>& chosen) {
  std::vector<PlanePoint> points;
  const auto each = static_cast<std::uint32_t>(
      std::clamp<std::size_t>(kMostDots / std::max<std::size_t>(chosen.size(), 1), 1, kPointsOfDomain * 8));
  for (const int domain : chosen) {
    DomainRows rows;
    domains::gather(data.domains[static_cast<std::size_t>(domain)],
                    some_of(data.domains[static_cast<std::size_t>(domain)], each).examples, rows);
    for (Index i = 0; i < rows.size() && points.size() < kMostDots; ++i) {
      const std::span<const Scalar> x = rows.inputs.view().rows(i, 1).numbers();
      points.push_back({static_cast<double>(x[0]), static_cast<double>(x[1]),
                        static_cast<int>(rows.labels[static_cast<std::size_t>(i)])});
    }
  }
  return points;
}

/// The domain that supplies the inputs besides the first two: one that the network was not trained on.
int other_domain(const domains::DataSet& data, const std::vector<int>& training) {
  for (int domain = 0; domain < static_cast<int>(data.domains.size()); ++domain)
    if (std::find(training.begin(), training.end(), domain) == training.end()) return domain;
  return 0;
}

/// Mean probabilities [points of a row, classes] of one row of the plane.
std::vector<double> row_probabilities(const Model& model, const Tensor& others, const Scale& across, double y,
                                      std::size_t classes) {
  const Index tries = others.shape().rows(), columns = others.shape().columns();
  Tensor inputs(Shape{kSidePoints * tries, columns});
  for (Index i = 0; i < inputs.shape().rows(); ++i) {
    Scalar* const x = inputs.data() + i * columns;
    std::copy_n(others.data() + i % tries * columns, columns, x);
    const double share = (static_cast<double>(i / tries) + 0.5) / kSidePoints;
    x[0] = static_cast<Scalar>(across.low() + share * (across.high() - across.low()));
    x[1] = static_cast<Scalar>(y);
  }
  const Tensor outputs = predict(model.network, model.parameters, inputs);
  std::vector<double> means(kSidePoints * classes), probabilities(std::max<std::size_t>(classes, 2));
  for (Index i = 0; i < inputs.shape().rows(); ++i) {
    nn::class_probabilities(outputs.view().rows(i, 1).numbers(), probabilities);
    for (std::size_t c = 0; c < classes; ++c)
      means[static_cast<std::size_t>(i / tries) * classes + c] +=
          probabilities[c] / static_cast<double>(tries);
  }
  return means;
}

/// Orange and blue for two classes, as in the demo's picture.
int colour_of_class(int label, std::size_t classes) { return classes == 2 ? 1 - label : label; }

/// Between the colours of the classes, mixed with white.
std::array<double, 3> pale_mix(const double* probabilities, std::size_t classes) {
  std::array<double, 3> mixed{};
  for (std::size_t c = 0; c < classes; ++c) {
    const std::array<double, 3> full = class_colour(colour_of_class(static_cast<int>(c), classes));
    for (std::size_t i = 0; i < 3; ++i) mixed[i] += probabilities[c] * (0.5 * full[i] + 0.5);
  }
  return mixed;
}

struct Plane {
  std::shared_ptr<const Picture> picture;
  std::vector<double> shares;  ///< of the points, by predicted class
};

Plane plane_of(const Model& model, const domains::DataSet& data, int domain, const Scale& x, const Scale& y) {
  DomainRows rows;
  const std::uint32_t tries = data.example.size() == 2 ? 1 : kOtherInputs;
  domains::gather(data.domains[static_cast<std::size_t>(domain)],
                  some_of(data.domains[static_cast<std::size_t>(domain)], tries).examples, rows);
  const auto classes = static_cast<std::size_t>(std::max<Index>(model.outputs, 2));
  const auto picture = std::make_shared<Picture>(kSidePoints, kSidePoints);
  Plane plane{picture, std::vector<double>(classes)};
  for (int v = 0; v < kSidePoints; ++v) {
    const double share = 1 - (v + 0.5) / kSidePoints;
    const std::vector<double> means =
        row_probabilities(model, rows.inputs, x, y.low() + share * (y.high() - y.low()), classes);
    for (int u = 0; u < kSidePoints; ++u) {
      const double* const of_point = means.data() + static_cast<std::size_t>(u) * classes;
      const std::array<double, 3> shades = pale_mix(of_point, classes);
      picture->set(u, v, shades[0], shades[1], shades[2]);
      plane.shares[static_cast<std::size_t>(std::max_element(of_point, of_point + classes) - of_point)] +=
          1.0 / (kSidePoints * kSidePoints);
    }
  }
  return plane;
}

std::string name_of_class(const domains::DataSet& data, std::size_t number) {
  return number < data.class_names.size() ? data.class_names[number] : std::to_string(number);
}

Chart plane_chart(const std::string& label, const Model& model, const domains::DataSet& data,
                  const std::vector<int>& training) {
  const std::vector<PlanePoint> points = points_of_domains(data, training);
  std::vector<double> xs, ys;
  for (const PlanePoint& point : points) xs.push_back(point.x), ys.push_back(point.y);
  Axes axes{.left = 62, .top = 10, .width = 330, .height = 330, .x = Scale(xs), .y = Scale(ys)};
  axes.x.widen(0.08), axes.y.widen(0.08);
  const int other = other_domain(data, training);
  const Plane plane = plane_of(model, data, other, axes.x, axes.y);
  Chart chart{
      label + ": decision surface",
      "The class that the network predicts at each point of the plane of the first two inputs, stronger "
      "colours where it is more certain. Dots are training examples in the colour of their label.",
      Drawing{.width = kChartWidth},
      {.head = {"class", "share of the plane", "dots"}}};
  if (data.example.size() > 2)
    chart.about += " The other inputs come from examples of " +
                   shortened(data.domains[static_cast<std::size_t>(other)].name, 40) +
                   ": where the colours follow the dots, the network does not rely on them.";
  chart.drawing.add(Raster{{axes.left, axes.top}, axes.width, axes.height, plane.picture});
  const std::size_t classes = plane.shares.size();
  std::vector<int> dots(classes);
  for (const PlanePoint& point : points) {
    ++dots[static_cast<std::size_t>(std::clamp(point.label, 0, static_cast<int>(classes) - 1))];
    chart.drawing.add(Dot{.at = axes.at(point.x, point.y),
                          .radius = 2,
                          .paint = of_colour(class_colour(colour_of_class(point.label, classes)))});
  }
  axes.draw(chart.drawing, "input 0", "input 1");
  std::vector<LegendEntry> legend;
  for (std::size_t c = 0; c < classes; ++c) {
    const std::string name = "class " + name_of_class(data, c);
    legend.push_back(
        {name, of_colour(class_colour(colour_of_class(static_cast<int>(c), classes))), false, true});
    chart.table.rows.push_back({name, percent_text(plane.shares[c]), std::to_string(dots[c])});
  }
  const double below = axes.top + axes.height + 40;
  chart.drawing.height = below + draw_legend(chart.drawing, legend, 10, below) + 6;
  return chart;
}

/// The mean of the inputs after the first two, over some examples of class 1.
std::vector<double> mean_signature(const domains::Domain& domain, Index columns) {
  DomainRows rows;
  domains::gather(domain, some_of(domain, 500).examples, rows);
  std::vector<double> mean(static_cast<std::size_t>(columns));
  double count = 0;
  for (Index i = 0; i < rows.size(); ++i) {
    if (rows.labels[static_cast<std::size_t>(i)] != 1) continue;
    ++count;
    const std::span<const Scalar> x = rows.inputs.view().rows(i, 1).numbers();
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += static_cast<double>(x[j + 2]);
  }
  for (double& number : mean) number /= std::max(count, 1.0);
  return mean;
}

Chart signature_chart(const domains::DataSet& data) {
  const std::size_t shown = std::min(data.domains.size(), kMostSignatures);
  const Index columns = data.example.size() - 2;
  HeatMap map{.rows = static_cast<int>(shown), .columns = static_cast<int>(columns), .numbers = {}};
  map.is_signed = true, map.column_axis = "number of the signature";
  Chart chart{
      data.name + ": signatures, the shortcut",
      "The mean signature of the examples of class 1 in each domain. In a training domain it has one "
      "value, with the other sign for class 0, and so gives the label away; it differs between domains. "
      "In the test domain it is noise, with a mean near 0.",
      {},
      {.head = {"domain"}}};
  double most = 1e-30;
  for (Index j = 0; j < columns; ++j) map.column_names.push_back(std::to_string(j));
  chart.table.head.insert(chart.table.head.end(), map.column_names.begin(), map.column_names.end());
  for (std::size_t e = 0; e < shown; ++e) {
    const domains::Domain& domain = data.domains[e];
    std::vector<double> mean = mean_signature(domain, columns);
    map.row_names.push_back(domain.name);
    std::vector<std::string>& row = chart.table.rows.emplace_back(1, domain.name);
    for (double& number : mean) {
      most = std::max(most, std::fabs(number));
      map.numbers.push_back(number);
      row.push_back(number_text(number));
    }
  }
  map.low = -most, map.high = most;
  chart.drawing = drawing_of(map, kChartWidth, 24, false);
  return chart;
}

}  // namespace

std::optional<std::string> why_no_surface(const domains::DataSet& data) {
  if (data.task != domains::Task::classify) return "it predicts numbers or labels, not classes";
  if (data.example.size() != 2 && data.name != "Spirals")
    return "its examples have " + std::to_string(data.example.size()) + " numbers, not two";
  if (data.classes > kSeriesColours)
    return "it has " + std::to_string(data.classes) + " classes, more than there are colours";
  return std::nullopt;
}

std::vector<Chart> surface_charts(const std::string& label, const Model& model, const domains::DataSet& data,
                                  const std::vector<int>& training) {
  std::vector<Chart> charts = {plane_chart(label, model, data, training)};
  if (data.example.size() > 2) charts.push_back(signature_chart(data));
  return charts;
}

}  // namespace sand::experiments
