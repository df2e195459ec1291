#include "experiments/setup/protocols.h"

#include <doctest/doctest.h>

#include "tensor/error.h"

using namespace sand::experiments;
using sand::HparamRule;
using sand::domains::Order;

namespace {

double standard(const Protocol& protocol, const std::string& name) {
  for (const HparamRule& rule : protocol.hparams)
    if (rule.name == name) return rule.standard;
  FAIL(name);
  return 0;
}

}  // namespace

TEST_CASE(
    "ilc trains 150 epochs of 4 steps and divides the learning rate by 10 after three quarters, as "
    "Parascandolo et al. do") {
  const Protocol ilc = protocol_for("ilc", "Spirals");
  CHECK(ilc.steps == 600);
  CHECK(ilc.order == Order::epochs);
  CHECK(ilc.decay_at == 0.75);
  CHECK(ilc.decay_factor == 0.1);
  CHECK(ilc.holdout_fraction == 0);
  CHECK(ilc.objective == std::string("BinaryCrossEntropy"));
  CHECK(ilc.activation == sand::nn::Activation::leaky_relu);
  CHECK(ilc.initializer == sand::nn::Initializer::kaiming_normal);
  CHECK(ilc.test_domains == std::vector<int>{0});
  CHECK(standard(ilc, "lr") == 1e-2);
  CHECK(standard(ilc, "weight_decay") == 1e-3);
  CHECK(standard(ilc, "batch_size") == 256);
  CHECK(standard(ilc, "mlp_depth") == 3);
}

TEST_CASE(
    "irm trains 501 full batches and tests on the last domain, as Arjovsky et al. do; 0.001 sum w^2 is decay "
    "0.002") {
  const Protocol irm = protocol_for("irm", "ColoredMNIST-IRM");
  CHECK(irm.steps == 501);
  CHECK(irm.order == Order::everything);
  CHECK(irm.holdout_fraction == 0);
  CHECK(irm.objective == std::string("BinaryCrossEntropy"));
  CHECK(irm.activation == sand::nn::Activation::relu);
  CHECK(irm.initializer == sand::nn::Initializer::xavier_uniform);
  CHECK(irm.test_domains == std::vector<int>{2});
  CHECK(standard(irm, "lr") == 1e-3);
  CHECK(standard(irm, "weight_decay") == 2e-3);
  CHECK(standard(irm, "mlp_width") == 256);
}

TEST_CASE(
    "domainbed trains 5001 steps with replacement, holds a fifth out and never lowers the learning rate") {
  for (const char* data : {"Spirals", "RotatedMNIST", "PACS"}) {
    const Protocol protocol = protocol_for("domainbed", data);
    CHECK(protocol.steps == 5001);
    CHECK(protocol.order == Order::with_replacement);
    CHECK(protocol.holdout_fraction == 0.2);
    CHECK((protocol.decay_at == 1 && protocol.decay_factor == 1));
    CHECK(protocol.objective == std::string("CrossEntropy"));
    CHECK(protocol.activation == sand::nn::Activation::relu);
    CHECK(protocol.initializer == sand::nn::Initializer::pytorch);
    CHECK(protocol.test_domains == std::vector<int>{0});
  }
  CHECK(standard(protocol_for("domainbed", "RotatedMNIST"), "lr") == 1e-3);
  CHECK(standard(protocol_for("domainbed", "RotatedMNIST"), "weight_decay") == 0);
  CHECK(standard(protocol_for("domainbed", "Spirals"), "lr") == 1e-2);
}

TEST_CASE("The linear unit tests train a linear model on all rows, with the paper's choices") {
  const Protocol two = protocol_for("auto", "LinearExample2s");
  CHECK(std::string(two.name) == "lut");
  CHECK(two.steps == 10000);
  CHECK(two.order == sand::domains::Order::everything);
  CHECK(std::string(two.objective) == "BinaryCrossEntropy");
  CHECK(two.test_domains == std::vector<int>{3, 4, 5, 6, 7, 8});
  CHECK(two.tuned.at("ERM").at("lr") == 9.17553703e-4);
  CHECK(two.tuned.at("ANDMask").at("tau") == 0.922656005);
  CHECK(two.optimizers.at("ANDMask") == std::string("sgd"));
  const Protocol oracle = protocol_for("lut", "LinearExample1-Oracle");
  CHECK(std::string(oracle.objective) == "SquaredError");
  CHECK(oracle.tuned.at("ERM").at("weight_decay") == 8.02470984e-3);
  CHECK(protocol_for("lut", "LinearExample2s-Oracle").tuned.at("ERM").at("lr") == 3.92014324e-3);
  CHECK_THROWS_WITH_AS(protocol_for("lut", "Spirals"),
                       doctest::Contains("protocol: lut is for the linear unit tests"), sand::Error);
}
