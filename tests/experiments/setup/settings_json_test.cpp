#include "experiments/setup/settings_json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "experiments/setup/algorithms.h"
#include "tensor/error.h"

using Json = nlohmann::json;
using namespace sand::experiments;

namespace {

std::string refusal(const Json& settings) {
  try {
    settings_from_json(settings.dump(), "record.json");
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::data);
    CHECK(std::string(error.what()).find("record.json") != std::string::npos);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("All settings are read back as they were written") {
  for (const std::string& data : data_set_names())
    for (const Algorithm& method : algorithms())
      for (const std::int64_t hparams_seed : {0, 7}) {
        RunRequest request;
        request.data.name = data, request.algorithm = method.name;
        if (method.objective && (method.objective->not_for_numbers || method.objective->only_for_classes) &&
            task_of(request) == sand::domains::Task::regress)
          continue;
        request.hparams_seed = hparams_seed, request.trial_seed = 3, request.seed = 1;
        request.allow_closed = true;
        const std::string text = settings_json(resolve(request));
        CAPTURE(text);
        CHECK(settings_json(settings_from_json(text, "text")) == text);
      }
  RunRequest odd;
  odd.data.name = "ColoredMNIST", odd.algorithm = "ERM", odd.protocol_name = "irm";
  odd.test_domains = {1, 0}, odd.data.data_dir = "a \"dir\"\n";
  odd.data.digits = "generated", odd.hparams_json = R"({"lr": 1.2345678901234567e-5})",
  odd.model = "SmallCNN", odd.convolution = "direct";
  odd.steps = 7, odd.record_every = 3, odd.evaluation.every = 6, odd.evaluation.examples = 9,
  odd.evaluation.test_at_end = true;
  odd.holdout_fraction = 0.3, odd.decoupled_decay = odd.mask_update = true;
  const std::string text = settings_json(resolve(odd));
  const Settings again = settings_from_json(text, "text");
  CHECK(settings_json(again) == text);
  CHECK(again.hparams.at("lr") == 1.2345678901234567e-5);
  CHECK(again.data.data_dir == "a \"dir\"\n");
  CHECK(differences(again, resolve(odd)).empty());
}

TEST_CASE("No test domain is an empty list in a record, and no record of a protocol's choice has one") {
  RunRequest request;
  CHECK(Json::parse(settings_json(resolve(request)))["args"]["test_envs"] == Json({0}));
  request.test_domains = {-1};
  const std::string text = settings_json(resolve(request));
  CHECK(Json::parse(text)["args"]["test_envs"] == Json::array());
  CHECK(settings_from_json(text, "text").test_domains.empty());
  CHECK(settings_json(settings_from_json(text, "text")) == text);
}

TEST_CASE("A list and a word of the hyper-parameters are read back as they were written") {
  RunRequest request;
  request.algorithm = "AlignedMTL";
  request.hparams_json = R"({"pref_vector": [0.25, 1, 1e-300], "scale_mode": "RMSE"})";
  const std::string text = settings_json(resolve(request));
  CHECK(Json::parse(text)["hparams"]["pref_vector"] == Json({0.25, 1, 1e-300}));
  CHECK(Json::parse(text)["hparams"]["scale_mode"] == "rmse");
  CHECK(settings_json(settings_from_json(text, "text")) == text);

  const std::vector<double> longest(4096, -1.2345678901234567e-200);
  request.algorithm = "Constant", request.hparams_json = Json{{"weights", longest}}.dump();
  const std::string long_text = settings_json(resolve(request));
  CHECK(settings_json(settings_from_json(long_text, "text")) == long_text);
}

TEST_CASE("A list that is empty, too long or not of this algorithm is refused in a record") {
  RunRequest request;
  request.algorithm = "Constant";
  const Json good = Json::parse(settings_json(resolve(request)));
  CHECK_FALSE(good["hparams"].contains("weights"));
  for (const Json& list : {Json::array(), Json(std::vector<double>(4097, 1)), Json(1), Json({1, nullptr})}) {
    Json bad = good;
    bad["hparams"]["weights"] = list;
    CHECK(refusal(bad).find("hparams: weights must be a list of numbers") != std::string::npos);
  }
  Json bad = good;
  bad["hparams"]["pref_vector"] = {1, 2};
  CHECK(refusal(bad).find("unknown or out of range") != std::string::npos);
  bad = good;
  bad["hparams"]["weights.0"] = 1;
  CHECK(refusal(bad).find("no such name") != std::string::npos);
}

TEST_CASE("Differences of lists and words are shown as they are given") {
  RunRequest request;
  request.algorithm = "AlignedMTL";
  const Settings recorded = resolve(request);
  request.hparams_json = R"({"pref_vector": [0.5, 2], "scale_mode": "median"})";
  const std::vector<Difference> found = differences(recorded, resolve(request));
  REQUIRE(found.size() == 2);
  CHECK(found[0].flag == "--hparams pref_vector");
  CHECK(found[0].recorded == "null");
  CHECK(found[0].asked == "[0.5,2.0]");
  CHECK(found[1].flag == "--hparams scale_mode");
  CHECK(found[1].recorded == "\"min\"");
  CHECK(found[1].asked == "\"median\"");
}

TEST_CASE("Settings from a file are refused if any is missing, unknown or out of range") {
  const Json good = Json::parse(settings_json(resolve({})));
  CHECK(refusal(good) == "");
  // Wide ranges, free text, and settings that the data set and the network check.
  const std::set<std::string> free = {"weight_decay", "k",        "lr",          "trial_seed", "seed",
                                      "hparams_seed", "data_dir", "init_sha256", "digits",     "mlp_dropout",
                                      "rescale"};
  for (const char* part : {"args", "hparams"})
    for (const auto& entry : good[part].items()) {
      const std::string& name = entry.key();
      CAPTURE(name);
      Json bad = good;
      bad[part].erase(name);
      CHECK(refusal(bad) != "");
      for (const Json& other :
           {Json(nullptr), Json("1"), Json(Json::array({Json::object()})), Json(-5), Json(1e300)}) {
        bad[part][name] = other;
        if (free.count(name) == 1) continue;
        CAPTURE(other.dump());
        CHECK(refusal(bad) != "");
      }
    }
  Json bad = good;
  bad["args"]["colour"] = 1;
  CHECK(refusal(bad).find("colour") != std::string::npos);
  bad = good;
  bad["hparams"]["colour"] = 1;
  CHECK(refusal(bad) != "");
  for (const char* text : {"", "{", "[]", "1", R"({"args": {}, "hparams": []})"})
    CHECK_THROWS_AS(settings_from_json(text, "record.json"), sand::Error);
}

TEST_CASE("Differences are listed by flag, and paths of files do not count") {
  RunRequest request;
  const Settings recorded = resolve(request);
  request.steps = 10;
  request.record_every = 7;
  request.evaluation.every = 100;
  request.hparams_json = R"({"tau": 0.5})";
  request.data.data_dir = "elsewhere";
  const std::vector<Difference> found = differences(recorded, resolve(request));
  REQUIRE(found.size() == 3);
  CHECK(found[0].flag == "--steps");
  CHECK(found[0].recorded == "600");
  CHECK(found[0].asked == "10");
  CHECK(found[1].flag == "--record-every");
  CHECK(found[2].flag == "--hparams tau");
  CHECK(found[2].recorded == "0.9");
  CHECK(settings_hash(recorded) != settings_hash(resolve(request)));
  RunRequest elsewhere;
  elsewhere.data.data_dir = "elsewhere";
  CHECK(settings_hash(recorded) == settings_hash(resolve(elsewhere)));
}

TEST_CASE("Settings of a user's own data are written only if they are set, and read back") {
  const Json spirals = Json::parse(settings_json(resolve({})));
  for (const char* key : {"data_file", "domain_column", "label_column", "drop_columns", "one_hot", "missing",
                          "separator", "decimal_comma", "table_task"})
    CHECK_FALSE(spirals["args"].contains(key));
  CHECK(spirals["args"]["task"] == "domain_generalization");

  RunRequest request;
  request.data.name = "Table";
  request.data.own = {.file = "a\x01/t.csv",
                      .domain_column = "hospital",
                      .label_column = "outcome",
                      .drop_columns = {"a", "b"},
                      .one_hot = {"c"},
                      .missing = "mean",
                      .separator = "\t",
                      .decimal_comma = true};
  const Settings settings = resolve(request);
  const std::string text = settings_json(settings);
  const Settings again = settings_from_json(text, "text");
  CHECK(settings_json(again) == text);
  CHECK(again.data.own.file == "a\x01/t.csv");
  CHECK(again.data.own.drop_columns == std::vector<std::string>{"a", "b"});
  CHECK(Json::parse(text)["args"]["separator"] == "tab");
  CHECK(Json::parse(text)["args"]["data_file"] == "a\\x01/t.csv");
  Json bad = Json::parse(text);
  bad["args"]["one_hot"] = {1};
  CHECK(refusal(bad) != "");
}

TEST_CASE("The place of a user's own file decides no number, and its columns do") {
  CHECK(place_keys() == std::vector<std::string>{"data_dir", "data_file", "init_from"});
  RunRequest request;
  request.data.name = "Table";
  request.data.own.file = "t.csv";
  const Settings recorded = resolve(request);
  request.data.own.file = "elsewhere/t.csv";
  CHECK(settings_hash(recorded) == settings_hash(resolve(request)));
  CHECK(differences(recorded, resolve(request)).empty());
  request.data.own.drop_columns = {"x"};
  CHECK(settings_hash(recorded) != settings_hash(resolve(request)));
  const std::vector<Difference> found = differences(recorded, resolve(request));
  REQUIRE(found.size() == 1);
  CHECK(found[0].flag == "--drop-columns");
  CHECK(found[0].recorded == "[]");
  CHECK(found[0].asked == "[\"x\"]");
}
