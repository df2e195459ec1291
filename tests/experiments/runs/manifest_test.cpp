#include "experiments/runs/manifest.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "domains/spirals.h"
#include "domains/tables/table.h"
#include "experiments/setup/settings_json.h"
#include "experiments/training/initial_model.h"
#include "experiments/training/training.h"
#include "tensor/error.h"
#include "tensor/numerics.h"
#include "tests/folder.h"

using sand::Error;
using namespace sand::experiments;
using namespace sand::testing;

namespace {

/// Spirals that claim to come from a file.
sand::domains::DataSet data_from(const std::filesystem::path& file) {
  sand::domains::DataSet data = sand::domains::Spirals({.domains = 2, .examples = 20, .test_examples = 10});
  data.files = {file};
  return data;
}

Manifest record_of(const sand::domains::DataSet& data, const std::string& data_dir) {
  RunRequest request;
  request.data.data_dir = data_dir;
  const Settings settings = resolve(request);
  return manifest(settings, data, initial_model(settings, data)->parameters);
}

std::string refusal(const std::string& text) {
  const Folder folder;
  std::ofstream(folder.path / "record.json") << text;
  try {
    read_manifest((folder.path / "record.json").string());
  } catch (const Error& error) {
    CHECK(error.fault() == sand::Fault::data);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("A manifest is read back with settings, arithmetic, data files and weight tensors") {
  const Folder folder;
  std::filesystem::create_directory(folder.path / "sub");
  std::ofstream(folder.path / "sub/digits") << "abc";
  const sand::domains::DataSet data = data_from(folder.path / "sub/digits");
  const Manifest record = record_of(data, folder.path.string());
  CHECK(record.files ==
        std::vector<DataFile>{
            {"sub/digits", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}});
  const std::string text = record_json(record, data, sand::Threads(3));
  std::ofstream(folder.path / "record.json") << text;
  const Manifest read = read_manifest((folder.path / "record.json").string());
  CHECK(settings_json(read.settings) == settings_json(record.settings));
  CHECK(read.numerics == sand::kNumericsVersion);
  CHECK(read.number == (sizeof(sand::Scalar) == 8 ? "double" : "float"));
  CHECK(read.files == record.files);
  REQUIRE(read.parameters.size() == 8);
  CHECK(read.parameters[0].name == "linear0.weight");
  CHECK(read.parameters[0].shape == sand::Shape{256, 18});
  CHECK(read.parameters[1].offset == 256 * 18);
  CHECK_NOTHROW(check_same_inputs(read, record));

  const nlohmann::json json = nlohmann::json::parse(text);
  CHECK(json["threads"] == 3);
  for (const char* name : {"sandgrad", "commit", "compiler", "flags", "kernels", "cpu"})
    CHECK(json[name].get<std::string>() != "");
  CHECK(json["flags"].get<std::string>().find("-ffp-contract=off") != std::string::npos);
  CHECK(json["data"]["domains"][1] == nlohmann::json{{"name", "env1"}, {"examples", 20}});
}

TEST_CASE("A record names the ranks that shared the run; everything else stays as it was") {
  const Folder folder;
  std::ofstream(folder.path / "digits") << "abc";
  const sand::domains::DataSet data = data_from(folder.path / "digits");
  const Manifest record = record_of(data, folder.path.string());
  const std::string text = record_json(record, data, sand::Threads(1));
  CHECK(text.find("\"ranks\"") == std::string::npos);
  const std::string started = with_ranks(text, 3), ended = with_ranks(started, 2, 0.25);
  nlohmann::json json = nlohmann::json::parse(started);
  CHECK(json["ranks"] == 3);
  CHECK_FALSE(json.contains("communication"));
  json = nlohmann::json::parse(ended);
  CHECK(json["ranks"] == 2);
  CHECK(json["communication"] == 0.25);
  json.erase("ranks");
  json.erase("communication");
  CHECK(json.dump(2) + "\n" == text);
  std::ofstream(folder.path / "record.json") << ended;
  CHECK_NOTHROW(check_same_inputs(read_manifest((folder.path / "record.json").string()), record));
}

TEST_CASE("A truncated manifest is refused, and so is a missing or mistyped field") {
  const Folder folder;
  std::ofstream(folder.path / "digits") << "abc";
  const sand::domains::DataSet data = data_from(folder.path / "digits");
  const std::string text = record_json(record_of(data, folder.path.string()), data, sand::Threads(1));
  CHECK(refusal(text) == "");
  for (std::size_t size = 0; size < text.size() - 2; size += 13) CHECK(refusal(text.substr(0, size)) != "");
  for (const char* pointer : {"/args", "/hparams", "/numerics", "/number", "/data", "/data/files",
                              "/data/files/0/name", "/data/files/0/size", "/data/files/0/sha256",
                              "/parameters", "/parameters/0/shape", "/parameters/1/offset"}) {
    CAPTURE(pointer);
    for (const nlohmann::json& other :
         {nlohmann::json(nullptr), nlohmann::json(-1.5), nlohmann::json{"x", -1}}) {
      nlohmann::json json = nlohmann::json::parse(text);
      json[nlohmann::json::json_pointer(pointer)] = other;
      if (std::string(pointer) == "/numerics" && other.is_number())
        continue;  // read as a version, and then compared
      CHECK(refusal(json.dump()) != "");
    }
  }
}

TEST_CASE("A run resumes only with its own settings and arithmetic; the error lists each differing flag") {
  const sand::domains::DataSet data =
      sand::domains::Spirals({.domains = 2, .examples = 20, .test_examples = 10});
  Manifest record = record_of(data, "");
  CHECK_NOTHROW(check_same_run(record, resolve({})));
  RunRequest request;
  request.steps = 5;
  request.seed = 9;
  CHECK_THROWS_WITH_AS(check_same_run(record, resolve(request)),
                       "run directory: it holds a run with other settings\n"
                       "    --seed   recorded 0, requested 9\n"
                       "    --steps  recorded 600, requested 5\n"
                       "    hint: the recorded settings resume that run; --fresh removes it and starts over; "
                       "or give another --output-dir",
                       Error);
  record.numerics = sand::kNumericsVersion + 1;
  CHECK_THROWS_WITH_AS(check_same_run(record, resolve({})), doctest::Contains("arithmetic  recorded version"),
                       Error);
  record = record_of(data, "");
  record.number = "quad";
  CHECK_THROWS_WITH_AS(check_same_run(record, resolve({})), doctest::Contains("recorded quad"), Error);
}

TEST_CASE("An error names data that differ from those of the run") {
  const Folder folder;
  const std::filesystem::path file = folder.path / "digits";
  std::ofstream(file) << "abc";
  const Manifest recorded = record_of(data_from(file), folder.path.string());
  std::ofstream(file) << "abd";
  CHECK_THROWS_WITH_AS(check_same_inputs(recorded, record_of(data_from(file), folder.path.string())),
                       doctest::Contains("digits, 3 bytes, SHA-256 ba7816bf8f01cfea"), Error);
  Manifest none = recorded;
  none.files.clear();
  CHECK_THROWS_WITH_AS(check_same_inputs(recorded, none), doctest::Contains("found    none"), Error);
  CHECK_THROWS_AS(check_same_inputs(none, recorded), Error);
  Manifest other = recorded;
  other.parameters.pop_back();
  CHECK_THROWS_WITH_AS(check_same_inputs(recorded, other), doctest::Contains("weight tensors"), Error);
}

TEST_CASE("A manifest names the inputs of a table with mean and deviation, its classes, domains and file") {
  const Folder folder;
  std::ofstream(folder.path / "t.csv") << "domain,label,x,y\nb,ill,1,0\nb,well,3,0\na,ill,0.1,7\n";
  RunRequest request;
  request.data.name = "Table";
  request.data.own.file = (folder.path / "t.csv").string();
  const Settings settings = resolve(request);
  sand::domains::DataSet data = sand::domains::table(settings.data.own.file);
  standardize(data, std::vector<int>{1});
  const Manifest record = manifest(settings, data, initial_model(settings, data)->parameters);
  REQUIRE(record.files.size() == 1);
  CHECK(record.files[0].name == "t.csv");
  const nlohmann::json json = nlohmann::json::parse(record_json(record, data, sand::Threads(1)))["data"];
  CHECK(json["inputs"] == nlohmann::json{{{"name", "x"}, {"mean", 2.0}, {"deviation", 1.0}},
                                         {{"name", "y"}, {"mean", 0.0}, {"deviation", 0.0}}});
  CHECK(json["classes"] == nlohmann::json{"ill", "well"});
  CHECK(json["domains"][0] == nlohmann::json{{"name", "a"}, {"examples", 1}});
  CHECK_FALSE(nlohmann::json::parse(record_json(record_of(data_from(folder.path / "t.csv"), ""),
                                                data_from(folder.path / "t.csv"), sand::Threads(1)))["data"]
                  .contains("inputs"));
}
