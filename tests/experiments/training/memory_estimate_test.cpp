// The estimate against the sizes of a run; memory_test.py compares it with measured runs.
#include "experiments/training/memory_estimate.h"

#include <doctest/doctest.h>

#include "domains/spirals.h"
#include "tensor/error.h"

using sand::Threads;
using namespace sand::experiments;

namespace {

Settings settings_of(const std::string& hparams, const std::string& protocol = "domainbed") {
  RunRequest request;
  request.hparams_json = hparams;
  request.protocol_name = protocol;
  return resolve(request);
}

const sand::domains::DataSet& few_spirals() {
  static const sand::domains::Spirals data({.domains = 3, .examples = 400, .test_examples = 50});
  return data;
}

}  // namespace

TEST_CASE("Memory of an MLP's gradients and batch is known before the network is built") {
  for (const char* hparams : {R"({"mlp_depth": 0})", R"({"mlp_depth": 1, "mlp_width": 7})",
                              R"({"mlp_depth": 3, "batch_size": 300})"})
    for (const char* protocol : {"domainbed", "ilc", "irm"}) {
      CAPTURE(hparams);
      CAPTURE(protocol);
      const Settings settings = settings_of(hparams, protocol);
      MemoryEstimate least, whole;
      least.foresee(settings, few_spirals());
      Training run(settings, few_spirals(), Threads(1));
      whole.foresee(run, Threads(1), false);
      CHECK(least.gradients == whole.gradients);
      CHECK(least.weights < whole.weights);
      CHECK(least.activations < whole.activations);
      run.update();
      const double row = sizeof(sand::Scalar) * static_cast<double>(run.loop().gradients().columns());
      CHECK(whole.gradients >= row * run.loop().gradients().domains());
    }
}

TEST_CASE("Memory counts a row of gradients for every shard and a row of values for every row of the batch") {
  const Settings settings = settings_of(R"({"mlp_depth": 0, "batch_size": 300})");
  CHECK(sand::DomainGradientsOptions{}.shards_of(300, 3) == 5);  // tiles of 64 rows, 16 shards for 3 domains
  MemoryEstimate least;
  least.foresee(settings, few_spirals());
  CHECK(least.gradients == sizeof(sand::Scalar) * (18 + 1) * 2 * 3 * 5);
  CHECK(least.activations == sizeof(sand::Scalar) * 18 * 3 * 300);
}

TEST_CASE("Memory counts tiles for every thread, and a checkpoint for a run directory") {
  const Training run(settings_of("{}"), few_spirals(), Threads(1));
  MemoryEstimate one, two, three, kept;
  one.foresee(run, Threads(1), false);
  two.foresee(run, Threads(2), false);
  three.foresee(run, Threads(3), false);
  kept.foresee(run, Threads(1), true);
  CHECK(two.activations - one.activations > 1e5);
  CHECK(three.activations - two.activations == two.activations - one.activations);
  CHECK(one.peak() < kept.peak());
}

TEST_CASE("Memory used while reading data counts for the peak") {
  CHECK(MemoryEstimate{.program = 1e6, .data = 2e6, .loading = 9e6}.peak() == 9e6);
  CHECK(MemoryEstimate{
            .program = 1e6, .data = 2e6, .weights = 3e6, .gradients = 4e6, .activations = 5e6, .passing = 6e6}
            .peak() == 21e6);
}

TEST_CASE("Decoder processes count for the peak, but not for the steps") {
  const MemoryEstimate photos{.program = 1e6, .data = 2e6, .loading = 9e6, .decoders = 5e6};
  CHECK(photos.peak() == 14e6);
  CHECK(photos.steps() == 3e6);
  CHECK(photos.text().find(", earlier for decoding photos 5)") != std::string::npos);
}

TEST_CASE("A run that does not fit is refused with needed memory, available memory and advice") {
  CHECK_NOTHROW(check_fits({.data = 1e6}, Threads(1)));
  try {
    check_fits({.weights = 5e17}, Threads(1));
    FAIL("no error");
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::resources);
    const std::string said = error.what();
    for (const char* text :
         {"memory: the run does not fit", "about 500000000000 MB", "available", "--threads", "mlp_width"})
      CHECK(said.find(text) != std::string::npos);
  }
}
