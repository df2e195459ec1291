#include "experiments/sweeps/job.h"

#include <doctest/doctest.h>

#include "tensor/error.h"

using nlohmann::json;
using namespace sand::experiments;

namespace {

json args() {
  return {{"dataset", "ColoredMNIST"}, {"algorithm", "ERM"}, {"test_envs", {0}},
          {"holdout_fraction", 0.2},   {"hparams_seed", 0},  {"data_dir", "/data/x"},
          {"trial_seed", 0},           {"seed", 1321213123}, {"task", "domain_generalization"}};
}

}  // namespace

TEST_CASE("JSON is written as Python writes it, so that hashes are equal") {
  // json.dumps(..., sort_keys=True)
  CHECK(python_json(json::parse(R"({"b":[1,2.5,"x"],"a":{"c":null,"d":true},"e":[],"f":{}})")) ==
        R"({"a": {"c": null, "d": true}, "b": [1, 2.5, "x"], "e": [], "f": {}})");
  CHECK(python_json(json::parse(R"({"a":"ä\n\"/\\"})")) == R"({"a": "\u00e4\n\"/\\"})");
  CHECK(python_json(json(0.2)) == "0.2");
  CHECK(python_json(json(1e-5)) == "1e-05");
  CHECK(python_json(json(1e16)) == "1e+16");
}

TEST_CASE("The id of a job is DomainBed's MD5 of its arguments") {
  // hashlib.md5(json.dumps(args, sort_keys=True).encode()).hexdigest()
  CHECK(job_id(args()) == "c899fc65c0164d1b6608aacc0d64c540");
}

TEST_CASE("The seed of a job is DomainBed's hash of what it varies") {
  // int(md5(str(("ColoredMNIST", "ERM", [0], 3, 2)).encode()).hexdigest(), 16) % 2**31
  CHECK(job_seed("ColoredMNIST", "ERM", {0}, 3, 2) == 1993307912u);
  CHECK(job_seed("PACS", "SANDMask", {0, 3}, 0, 0) == 1307501916u);
}

TEST_CASE("A job is a run under DomainBed's protocol with DomainBed's own defaults") {
  json with_more = args();
  with_more["hparams"] = R"({"lr": 0.5})";
  with_more["digits"] = "generated";
  const RunRequest request = request_of(Job{"id", with_more});
  CHECK(request.protocol_name == "domainbed");
  CHECK(request.domainbed_defaults);
  CHECK(request.allow_closed);
  CHECK(request.data.name == "ColoredMNIST");
  CHECK(request.data.digits == "generated");
  CHECK(request.data.data_dir == "/data/x");
  CHECK(request.seed == 1321213123);
  CHECK(request.hparams_json == R"({"lr": 0.5})");
}

TEST_CASE("Settings that a sweep does not vary are arguments only if they are not the default") {
  RunRequest request = job_defaults();
  CHECK(extra_args(request).empty());
  request.data.digits = "generated";
  request.model = "MLP";
  request.steps = 7;
  request.algorithm = "ERM";
  CHECK(extra_args(request) == json{{"digits", "generated"}, {"model", "MLP"}});
}

TEST_CASE("An argument that is unknown or of another type is refused") {
  for (const auto& [name, value] :
       {std::pair<const char*, json>{"stepz", 3}, {"steps", "x"}, {"hparams", 1}}) {
    json wrong = args();
    wrong[name] = value;
    CHECK_THROWS_AS(request_of(Job{"id", wrong}), sand::Error);
  }
}
