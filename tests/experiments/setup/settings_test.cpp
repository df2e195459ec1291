#include "experiments/setup/settings.h"

#include <doctest/doctest.h>

#include <cmath>

#include "experiments/setup/algorithms.h"
#include "experiments/setup/setting.h"
#include "tensor/error.h"

using sand::Error;
using sand::experiments::resolve;
using sand::experiments::RunRequest;
using sand::experiments::Settings;

namespace {

std::string refusal(const RunRequest& request) {
  try {
    resolve(request);
  } catch (const Error& error) {
    CHECK(error.fault() == sand::Fault::usage);
    return error.what();
  }
  return "";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

RunRequest with_hparams(const std::string& hparams) {
  RunRequest request;
  request.hparams_json = hparams;
  return request;
}

}  // namespace

TEST_CASE("Hyper-parameters drawn from a seed equal DomainBed's to the last digit") {
  RunRequest request;
  request.hparams_seed = 1;
  const Settings drawn = resolve(request);
  CHECK(drawn.hparams.at("tau") == 0.3934322275531539);
  CHECK(drawn.hparams.at("k") == 1109.9255081776537);
}

TEST_CASE(
    "Batch sizes, widths and learning rates drawn from a seed are DomainBed's, by seed, trial and name") {
  struct Drawn {
    std::int64_t hparams_seed, trial_seed;
    int digits_batch, other_batch, width, depth;
    double rate, photos_rate;
  };
  // int(2 ** u), 10 ** u and choice([3, 4, 5]), from RandomState(seed_hash(seed_hash(hparams_seed,
  // trial_seed), name)), by numpy
  for (const Drawn& drawn : {Drawn{1, 0, 372, 39, 255, 4, 0.00011906162909279594, 2.7028930742148706e-05},
                             Drawn{2, 0, 126, 25, 497, 5, 0.0003207929136369226, 5.6841898471378446e-05},
                             Drawn{3, 1, 14, 10, 277, 5, 0.0021690714686971317, 0.0002383446436179699},
                             Drawn{7, 2, 95, 22, 815, 3, 0.00023154786715251881, 4.451235671690321e-05}})
    for (const std::string data : {"RotatedMNIST", "Spirals", "PACS"}) {
      RunRequest request;
      request.data.name = data;
      request.protocol_name = "domainbed";
      request.hparams_seed = drawn.hparams_seed;
      request.trial_seed = drawn.trial_seed;
      const Settings settings = resolve(request);
      CHECK(settings.hparams.at("batch_size") ==
            (data == "RotatedMNIST" ? drawn.digits_batch : drawn.other_batch));
      CHECK(settings.hparams.at("mlp_width") == drawn.width);
      CHECK(settings.hparams.at("mlp_depth") == (data == "Spirals" ? drawn.depth : 2));
      CHECK(settings.hparams.at("lr") / (data == "PACS" ? drawn.photos_rate : drawn.rate) ==
            doctest::Approx(1).epsilon(1e-14));
    }
}

TEST_CASE("Seed 0 draws nothing, and every trial has its own draw") {
  RunRequest request;
  CHECK(resolve(request).hparams.at("tau") == 0.9);
  request.trial_seed = 3;
  CHECK(resolve(request).hparams.at("tau") == 0.9);
  request.hparams_seed = 1;
  CHECK(resolve(request).hparams.at("tau") != 0.3934322275531539);
}

TEST_CASE("Requested values override drawn ones, and drawn ones override the protocol's") {
  RunRequest request = with_hparams(R"({"tau": 0.25})");
  request.hparams_seed = 1;
  request.steps = 7;
  request.test_domains = {3, 5};
  const Settings settings = resolve(request);
  CHECK(settings.hparams.at("tau") == 0.25);
  CHECK(settings.hparams.at("k") > 1109);
  CHECK(settings.steps == 7);
  CHECK(settings.record_every == 100);
  CHECK(settings.test_domains == std::vector<int>{3, 5});
}

TEST_CASE("The data set's paper decides the protocol, unless another one is requested") {
  RunRequest request;
  CHECK(std::string(resolve(request).protocol.name) == "ilc");
  request.data.name = "coloredmnist";
  CHECK(resolve(request).data.name == "ColoredMNIST");
  CHECK(std::string(resolve(request).protocol.name) == "domainbed");
  CHECK(resolve(request).hparams.at("batch_size") == 64);
  request.data.name = "ColoredMNIST-IRM";
  CHECK(std::string(resolve(request).protocol.name) == "irm");
  request.protocol_name = "DomainBed";
  CHECK(std::string(resolve(request).protocol.name) == "domainbed");
}

TEST_CASE("Photos are trained with DomainBed's protocol, augmented unless --no-augment is given") {
  RunRequest request;
  for (const char* name : {"PACS", "VLCS", "OfficeHome", "TerraIncognita", "ImageFolder"}) {
    request.data.name = name;
    const Settings settings = resolve(request);
    CHECK(std::string(settings.protocol.name) == "domainbed");
    CHECK(settings.steps == 5001);
    CHECK(settings.record_every == 300);
    CHECK(settings.hparams.at("lr") == 5e-5);
    CHECK(settings.hparams.at("batch_size") == 32);
    CHECK(settings.hparams.at("weight_decay") == 0);
    CHECK(settings.hparams.at("data_augmentation") == 1);
    CHECK(settings.data.image_size == 64);
  }
  for (request.hparams_seed = 1; request.hparams_seed <= 20; ++request.hparams_seed) {
    const sand::Hparams drawn = resolve(request).hparams;
    CHECK((drawn.at("lr") >= 1e-5 && drawn.at("lr") < std::pow(10, -3.5)));
    CHECK((drawn.at("weight_decay") >= 1e-6 && drawn.at("weight_decay") < 1e-2));
    CHECK((drawn.at("batch_size") >= 8 && drawn.at("batch_size") <= 45));
    CHECK(drawn.at("data_augmentation") == 1);
  }
  request.no_augment = true;
  CHECK(resolve(request).hparams.at("data_augmentation") == 0);
  request.hparams_json = R"({"data_augmentation": 2})";
  request.no_augment = false;
  CHECK(says(refusal(request), "hparams: data_augmentation must be true or false, 1 or 0\n    found 2"));
  request.data.name = "RotatedMNIST";
  request.hparams_json = "";
  CHECK(resolve(request).hparams.count("data_augmentation") == 0);
  CHECK(resolve(request).protocol.record_every == 100);
}

TEST_CASE("A mask that never opens is refused with the reason, and accepted on request") {
  for (const char* hparams : {R"({"tau": 1})", R"({"tau": 1.5})", R"({"k": 0})"}) {
    RunRequest request = with_hparams(hparams);
    CHECK_MESSAGE(says(refusal(request), "nothing would ever train"), hparams);
    request.allow_closed = true;
    CHECK_MESSAGE(refusal(request).empty(), hparams);
  }
  for (const char* hparams : {R"({"tau": -0.1})", R"({"k": -1})"}) {
    RunRequest request = with_hparams(hparams);
    request.allow_closed = true;  // these are meaningless
    CHECK_MESSAGE(says(refusal(request), "SANDMask"), hparams);
  }
}

TEST_CASE("Hyper-parameters must be a JSON object of known names and numbers") {
  CHECK(says(refusal(with_hparams("tau=0.9")),
             "hparams: expected a JSON object of numbers\n    found tau=0.9"));
  CHECK(says(refusal(with_hparams("[1]")), "hparams: expected a JSON object of numbers"));
  CHECK(
      says(refusal(with_hparams(R"({"tau": "high"})")), "hparams: tau must be a number\n    found \"high\""));
  CHECK(says(refusal(with_hparams(R"({"tau": 1e999})")), "hparams: "));
  CHECK(says(refusal(with_hparams(R"({"tua": 0.9})")), "did you mean tau?"));
  CHECK(says(refusal(with_hparams(R"({"batch_size": 1.5})")), "hparams: batch_size must be a whole number"));
  CHECK(says(refusal(with_hparams(R"({"batch_size": 0})")), "1 .. 1048576"));
  CHECK(says(refusal(with_hparams(R"({"mlp_width": 1e9})")), "mlp_width must be a whole number"));
  CHECK(says(refusal(with_hparams(R"({"mlp_depth": -1})")), "mlp_depth must be a whole number"));
}

TEST_CASE("A hyper-parameter that is 0 or 1 may be false or true, and nothing else") {
  CHECK(resolve(with_hparams(R"({"rescale": false})")).hparams.at("rescale") == 0);
  CHECK(resolve(with_hparams(R"({"rescale": true})")).hparams.at("rescale") == 1);
  CHECK(resolve(with_hparams(R"({"rescale": 0})")).hparams.at("rescale") == 0);
  CHECK(says(refusal(with_hparams(R"({"rescale": 0.5})")),
             "hparams: rescale must be true or false, 1 or 0\n    found 0.5"));
  CHECK(says(refusal(with_hparams(R"({"rescale": null})")),
             "hparams: rescale must be true or false, 1 or 0\n    found null"));
  CHECK(says(refusal(with_hparams(R"({"tau": true})")), "hparams: tau must be a number\n    found true"));
  RunRequest photos = with_hparams(R"({"data_augmentation": false})");
  photos.data.name = "PACS";
  CHECK(resolve(photos).hparams.at("data_augmentation") == 0);
}

TEST_CASE("A name that no algorithm has is an unknown hyper-parameter, for any value") {
  for (const char* value : {"1", "true", "\"x\"", "[1]", "{}", "null"})
    CHECK(says(refusal(with_hparams(R"({"resnet18": )" + std::string(value) + "}")),
               "hparams: no such name\n    found resnet18"));
}

TEST_CASE("A hyper-parameter given twice is refused") {
  CHECK(says(refusal(with_hparams(R"({"tau": 0.5, "k": 1, "tau": 0.6})")), "hparams: tau is given twice"));
  CHECK(says(refusal(with_hparams(R"({"tau": 0.5, "TAU": 0.5})")), "hparams: tau is given twice"));
}

TEST_CASE("Arrays and objects are refused as hyper-parameters, at any depth") {
  for (const auto& [value, found] :
       {std::pair{"[0.5]", "an array"}, {R"({"tau": 0.5})", "an object"}, {"[[0.5], {}]", "an array"}})
    CHECK(says(refusal(with_hparams(R"({"tau": )" + std::string(value) + "}")),
               "hparams: tau must be a number\n    found " + std::string(found)));
  const std::size_t depth = 1'000'000;
  CHECK(says(refusal(with_hparams(R"({"tau": )" + std::string(depth, '[') + std::string(depth, ']') + "}")),
             "hparams: tau must be a number"));
}

TEST_CASE("A share of the domains that is not a number is refused, not ignored") {
  RunRequest request;
  for (const double fraction : {std::nan(""), 1.0, 2.0}) {
    request.holdout_fraction = fraction;
    CHECK(says(refusal(request), "--holdout-fraction: must be "));
  }
}

TEST_CASE("Test domains must exist and leave enough training domains") {
  RunRequest request;
  request.test_domains = {1};
  CHECK(sand::experiments::training_domains(resolve(request), 3, 2) == std::vector<int>{0, 2});
  request.test_domains = {3};
  CHECK_THROWS_WITH_AS(sand::experiments::training_domains(resolve(request), 3, 2),
                       "test-envs: no such domain\n    found 3\n    known 0 .. 2", Error);
  request.test_domains = {1, 0, 1};
  CHECK_THROWS_WITH_AS(sand::experiments::training_domains(resolve(request), 3, 1),
                       "test-envs: a domain is named twice\n    found 1", Error);
  request.test_domains = {0, 1};
  CHECK_THROWS_AS(sand::experiments::training_domains(resolve(request), 3, 2), Error);
  CHECK(sand::experiments::training_domains(resolve(request), 3, 1) == std::vector<int>{2});
}

TEST_CASE("Without test domains a run trains on all of them") {
  RunRequest request;
  request.test_domains = {sand::experiments::kNone};
  const Settings settings = resolve(request);
  CHECK(settings.test_domains.empty());
  CHECK(sand::experiments::training_domains(settings, 3, 3) == std::vector<int>{0, 1, 2});
  request.test_domains = {1, sand::experiments::kNone};
  CHECK(says(refusal(request), "test-envs: none and a number\n    hint: none trains on every domain"));
}

TEST_CASE("Every algorithm trains with its standard hyper-parameters, and all draws stay in their range") {
  for (const sand::experiments::Algorithm& method : sand::experiments::algorithms()) {
    RunRequest request;
    request.algorithm = method.name;
    CHECK(refusal(request).empty());
    for (request.hparams_seed = 1; request.hparams_seed <= 20; ++request.hparams_seed) {
      const Settings settings = resolve(request);
      for (const sand::HparamRule& rule : method.hparams) {
        if (rule.is_list) continue;
        CHECK(settings.hparams.count(rule.name) == (rule.newer ? 0 : 1));  // old records have no newer ones
        const double value = sand::number_or(settings.hparams, rule.name, rule.standard);
        if (rule.draw == sand::HparamRule::Draw::uniform) CHECK((rule.low <= value && value < rule.high));
        if (rule.draw == sand::HparamRule::Draw::power_of_10)
          CHECK((rule.low <= std::log10(value) && std::log10(value) < rule.high));
      }
    }
  }
}

TEST_CASE("A hyper-parameter of another algorithm is ignored, and one of no algorithm is refused") {
  RunRequest request = with_hparams(R"({"tau": 0.25})");
  request.algorithm = "ERM";
  CHECK(resolve(request).hparams.count("tau") == 0);
  CHECK(resolve(with_hparams(R"({"data_augmentation": false})")).hparams.count("data_augmentation") ==
        0);  // of photos
  CHECK(says(refusal(with_hparams(R"({"tauu": 0.25})")), "did you mean tau?"));
}
