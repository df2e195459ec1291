#include "experiments/setup/protocols.h"

#include "experiments/setup/data_sets.h"
#include "experiments/setup/linear_unit_tests.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

using Drawn = HparamRule::Draw;

/// DomainBed's settings for photos, with augmentation.
Protocol for_photos(Protocol protocol) {
  protocol.record_every = 300;
  protocol.hparams[0] = {"lr", 5e-5, Drawn::power_of_10, -5, -3.5};
  protocol.hparams[1] = {"weight_decay", 0, Drawn::power_of_10, -6, -2};
  protocol.hparams[2] = {"batch_size", 32, Drawn::whole_power_of_2, 3, 5.5};
  protocol.hparams.push_back({"data_augmentation", 1, Drawn::fixed, 0, 0});
  return protocol;
}

/// A rule that draws one of some numbers.
HparamRule one_of(const char* name, double standard, const std::vector<double>& choices) {
  HparamRule rule{name, standard, Drawn::choice, 0, 0};
  rule.choices = choices;
  return rule;
}

Protocol domainbed(const std::string& data_set) {
  const bool images = data_set != "Spirals" && !is_own_data(data_set) && !is_linear_example(data_set);
  return {.name = "domainbed",
          .about = "Gulrajani and Lopez-Paz 2020, arXiv 2007.01434",
          .activation = nn::Activation::relu,
          .initializer = nn::Initializer::pytorch,
          .objective = "CrossEntropy",
          .order = domains::Order::with_replacement,
          .steps = 5001,
          .record_every = 100,
          .holdout_fraction = 0.2,
          .decay_at = 1,
          .decay_factor = 1,
          .test_domains = {0},
          .hparams = {
              {"lr", images ? 1e-3 : 1e-2, Drawn::power_of_10, -4.5, -2.5},
              {"weight_decay", images ? 0 : 1e-3, images ? Drawn::fixed : Drawn::power_of_10, -6, -2},
              {"batch_size", images ? 64.0 : 256.0, Drawn::whole_power_of_2, 3, images ? 9 : 5.5},
              {"mlp_width", 256, Drawn::whole_power_of_2, 6, 10},
              one_of("mlp_depth", 2, images ? std::vector<double>{2} : std::vector<double>{3, 4, 5}),
              one_of("mlp_dropout", 0, images ? std::vector<double>{0} : std::vector<double>{0, 0.1, 0.5})}};
}

Protocol ilc() {
  return {.name = "ilc",
          .about = "Parascandolo et al. 2020, arXiv 2009.00329: 150 epochs of 4 steps",
          .activation = nn::Activation::leaky_relu,
          .initializer = nn::Initializer::kaiming_normal,
          .objective = "BinaryCrossEntropy",
          .order = domains::Order::epochs,
          .steps = 600,
          .record_every = 100,
          .holdout_fraction = 0,
          .decay_at = 0.75,
          .decay_factor = 0.1,
          .test_domains = {0},
          .hparams = {{"lr", 1e-2, Drawn::power_of_10, -4.5, -2.5},
                      {"weight_decay", 1e-3, Drawn::power_of_10, -6, -2},
                      {"batch_size", 256, Drawn::fixed, 0, 0},
                      {"mlp_width", 256, Drawn::fixed, 0, 0},
                      {"mlp_depth", 3, Drawn::fixed, 0, 0},
                      {"mlp_dropout", 0, Drawn::fixed, 0, 0}}};
}

Protocol irm() {
  return {.name = "irm",
          .about = "Arjovsky et al. 2019, arXiv 1907.02893: full batch",
          .activation = nn::Activation::relu,
          .initializer = nn::Initializer::xavier_uniform,
          .objective = "BinaryCrossEntropy",
          .order = domains::Order::everything,
          .steps = 501,
          .record_every = 100,
          .holdout_fraction = 0,
          .decay_at = 1,
          .decay_factor = 1,
          .test_domains = {2},
          .hparams = {{"lr", 1e-3, Drawn::fixed, 0, 0},
                      {"weight_decay", 2e-3, Drawn::fixed, 0, 0},  // the paper adds 0.001 sum w^2 to the loss
                      {"batch_size", 25000, Drawn::fixed, 0, 0},
                      {"mlp_width", 256, Drawn::fixed, 0, 0},
                      {"mlp_depth", 2, Drawn::fixed, 0, 0},
                      {"mlp_dropout", 0, Drawn::fixed, 0, 0}},
          .tuned = {{"IRM",
                     {{"lr", 0.0004898536566546834},
                      {"weight_decay", 2 * 0.00110794568},
                      {"mlp_width", 390},
                      {"irm_lambda", 91257.18613115903},
                      {"irm_penalty_anneal_iters", 190},
                      {"irm_halves", 0},
                      {"irm_divide", 1}}},
                    // Krueger et al. 2021: the sum of two losses, 0.001 sum w^2 and 1e4 times the square of
                    // their difference, which is 4 times their variance
                    {"VREx",
                     {{"weight_decay", 1e-3},
                      {"vrex_lambda", 2e4},
                      {"vrex_penalty_anneal_iters", 100},
                      {"vrex_divide", 1}}}}};
}

/// The paper's oracle: the same, trained on digits without colours.
Protocol without_colours(Protocol protocol) {
  protocol.steps = 101;
  protocol.tuned = {
      {"ERM",
       {{"lr", 0.0028171488133821726}, {"weight_decay", 2 * 0.0008602868865288383}, {"mlp_width", 83}}}};
  return protocol;
}

}  // namespace

Protocol protocol_for(const std::string& name, const std::string& data_set) {
  const std::string found = find_name("protocol", name, {"auto", "domainbed", "ilc", "irm", "lut"});
  const bool gray = data_set == "ColoredMNIST-IRM-Gray";
  if (found == "ilc" || (found == "auto" && data_set == "Spirals")) return ilc();
  if (found == "irm" || (found == "auto" && (gray || data_set == "ColoredMNIST-IRM")))
    return gray ? without_colours(irm()) : irm();
  if (found == "lut" || (found == "auto" && is_linear_example(data_set))) {
    check(is_linear_example(data_set), [&] {
      return Error(Fault::usage, "protocol: lut is for the linear unit tests").fact("data set", data_set);
    });
    return linear_unit_tests(data_set);
  }
  return is_photo_set(data_set) ? for_photos(domainbed(data_set)) : domainbed(data_set);
}

}  // namespace sand::experiments
