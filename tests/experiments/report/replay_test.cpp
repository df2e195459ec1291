#include "experiments/report/replay.h"

#include <doctest/doctest.h>

#include <cmath>

#include "experiments/report/cosine_charts.h"
#include "experiments/report/predictions.h"
#include "experiments/report/surface.h"
#include "tests/experiments/small_run.h"
#include "tests/folder.h"

using namespace sand;
using namespace sand::experiments;

namespace {

/// Trains a small run and keeps checkpoints after the steps 2 and 5.
void keep_small_run(const Settings& settings, const testing::Folder& folder) {
  Training run(settings, small_spirals(), Threads(1));
  Checkpoints checkpoints(Directory(folder.path.string()), settings, run.loop().model().parameters);
  while (!run.finished()) {
    run.update();
    if (run.record_due()) run.record();
    if (run.step() % 3 == 0) checkpoints.keep({run.save(), 0.5});
  }
}

/// The picture of a network that predicts class 1 where weights . x > 0. In the test domain, the third inputs
/// are `third`; in the training domain they are 0.
std::shared_ptr<const Picture> surface_of(const std::vector<Scalar>& weights,
                                          const std::vector<Scalar>& third) {
  domains::DataSet data;
  data.name = "Spirals", data.example = {3}, data.classes = 2;
  for (const std::vector<Scalar>& values : {third, std::vector<Scalar>{0, 0}})
    data.domains.push_back({.name = "one",
                            .example = {3},
                            .labels = std::vector<std::int32_t>(values.size()),
                            .read = [values](std::uint32_t example, std::span<Scalar> to) {
                              to[0] = to[1] = example == 0 ? Scalar(-1) : Scalar(1);
                              to[2] = values[example];
                            }});
  const auto model = make_model("mlp:3-1", nn::Activation::relu, 0);
  std::copy(weights.begin(), weights.end(), model->parameters.numbers().begin());
  model->parameters.numbers().back() = 0;
  const Chart chart = surface_charts("run", *model, data, {1})[0];
  return std::get<Raster>(chart.drawing.figures.at(0)).picture;
}

/// Blue stands for class 1, orange for class 0.
int blueness(const Picture& picture, int x, int y) {
  return static_cast<int>(picture.pixel(x, y)[2]) - static_cast<int>(picture.pixel(x, y)[0]);
}

}  // namespace

TEST_CASE("A replay measures the gradients of the recorded run, and makes its weights") {
  const Settings settings = small_run("SANDMask");
  const testing::Folder folder;
  keep_small_run(settings, folder);
  Training run(settings, small_spirals(), Threads(1));
  const Checkpoints checkpoints(folder.path, settings, run.loop().model().parameters);
  const std::vector<MeasuredStep> steps = replay(run, checkpoints, {}, Threads(1));
  REQUIRE(steps.size() == 6);  // a small run is repeated: every update is measured
  CHECK(run.step() == 6);

  Training again(settings, small_spirals(), Threads(1));
  for (const MeasuredStep& step : steps) {
    CHECK(step.updates == again.step());
    again.update([&] {
      const GradientTable& table = again.loop().gradients();
      double product = 0, a = 0, b = 0;
      for (std::size_t j = 0; j < table.row(1).size(); ++j) {
        const double x = static_cast<double>(table.row(1)[j]), y = static_cast<double>(table.row(2)[j]);
        product += x * y, a += x * x, b += y * y;
      }
      REQUIRE(step.domains == 5);
      CHECK(step.cosines[1 * 5 + 2] == doctest::Approx(product / std::sqrt(a * b)));
      CHECK(step.cosines[2 * 5 + 1] == step.cosines[1 * 5 + 2]);
      CHECK(step.cosines[0] == doctest::Approx(1));
      CHECK(step.weights[0] == again.loop().model().parameters.numbers()[0]);
      CHECK(step.mask[7] == static_cast<double>(again.loop().direction().mask[7]));
    });
    if (again.record_due()) again.record();
  }
  CHECK(run.loop().fingerprint() == again.loop().fingerprint());
}

TEST_CASE("A damaged checkpoint is named, and the one before it is used") {
  const Settings settings = small_run("ERM", "{}");
  const testing::Folder folder;
  keep_small_run(settings, folder);
  testing::write_file(folder / "step-000005.safetensors", "nonsense");
  Training run(settings, small_spirals(), Threads(1));
  const Checkpoints checkpoints(folder.path, settings, run.loop().model().parameters);
  std::vector<std::string> notes;
  CHECK(go_to_end(run, checkpoints, notes) == 3);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].find("step-000005.safetensors") != std::string::npos);
}

TEST_CASE("Cosines have a matrix, the matrices over the steps, and a line") {
  MeasuredStep step{
      .updates = 0, .domains = 2, .cosines = {1, -0.5, -0.5, 1}, .weights = {}, .mask = {}, .agreement = {}};
  CHECK(cosine_charts("run", {step}, {"a", "b"}).size() == 1);
  const std::vector<Chart> charts = cosine_charts("run", {step, step}, {"a", "b"});
  REQUIRE(charts.size() == 3);
  CHECK(charts[0].table.rows ==
        std::vector<std::vector<std::string>>{{"a", "1", "-0.5"}, {"b", "-0.5", "1"}});
  CHECK(charts[0].about.find("mean -0.5") != std::string::npos);
  step.domains = 1, step.cosines = {1};
  CHECK(cosine_charts("run", {step}, {"a"}).empty());
}

TEST_CASE("Spirals have a decision surface and their signatures, tables have none") {
  const Settings settings = small_run("ERM", "{}");
  const Training run(settings, small_spirals(), Threads(1));
  CHECK_FALSE(why_no_surface(small_spirals()));
  const std::vector<Chart> charts =
      surface_charts("run", run.loop().model(), small_spirals(), run.loop().training_domains());
  REQUIRE(charts.size() == 2);
  CHECK(charts[0].table.rows.size() == 2);
  // the signature of a training domain has one value for class 1; in the test domain it is noise
  double test = 0, training = 0;
  for (std::size_t j = 1; j < charts[1].table.rows[0].size(); ++j) {
    test += std::fabs(std::stod(charts[1].table.rows[0][j]));
    training += std::fabs(std::stod(charts[1].table.rows[1][j]));
  }
  CHECK(test < training / 2);
  domains::DataSet other = small_spirals();
  other.name = "Table";
  CHECK(why_no_surface(other).value().find("18 numbers") != std::string::npos);
}

TEST_CASE("A surface shows the class at each point of the plane") {
  const std::shared_ptr<const Picture> across = surface_of({5, 0, 0}, {0}), up = surface_of({0, 5, 0}, {0});
  const int last = across->width() - 1;
  CHECK(blueness(*across, last, last) > 50);
  CHECK(blueness(*across, 0, 0) < -50);
  CHECK(blueness(*up, last, last) < -50);
  CHECK(blueness(*up, 0, 0) > 50);
}

TEST_CASE("A surface takes the other inputs from a test domain, and the mean over its examples") {
  CHECK(blueness(*surface_of({0, 0, 1}, {100, 100}), 9, 9) > 50);
  CHECK(blueness(*surface_of({0, 0, 1}, {-100, -100}), 9, 9) < -50);
  CHECK(std::abs(blueness(*surface_of({0, 0, 1}, {100, -100}), 9, 9)) < 40);
}

TEST_CASE("A confusion matrix counts every scored example once") {
  const Settings settings = small_run("ERM", "{}");
  const Training run(settings, small_spirals(), Threads(1));
  const std::vector<Chart> charts = prediction_charts("run", run.loop(), Threads(1));
  REQUIRE(charts.size() == 2);
  int all = 0;
  for (const auto& row : charts[1].table.rows)
    for (std::size_t i = 1; i < row.size(); ++i) all += std::stoi(row[i]);
  CHECK(all == 50);
  CHECK(charts[1].title == "run: predictions, test domains");
}

TEST_CASE("An image of two channels is red and green, a grey one has three equal shades") {
  domains::DataSet data;
  data.example = {2, 1, 2};
  const Picture colours = image_of(data, {1, 0, 0, 1});
  CHECK(colours.pixel(0, 0)[0] == 255);
  CHECK(colours.pixel(0, 0)[1] == 0);
  CHECK(colours.pixel(1, 0)[1] == 255);
  data.example = {1, 1, 2}, data.mean = {0.5}, data.deviation = {0.5};
  const Picture grey = image_of(data, {-1, 1});
  CHECK(grey.pixel(0, 0)[0] == 0);
  CHECK(grey.pixel(1, 0)[2] == 255);
}
