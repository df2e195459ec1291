#include "experiments/runs/kept_files.h"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "experiments/machine/parse_json.h"
#include "experiments/machine/sha256.h"
#include "experiments/runs/records.h"
#include "experiments/setup/settings_json.h"
#include "experiments/training/parameter_file.h"
#include "tensor/file.h"
#include "tensor/safetensors.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

}  // namespace

bool is_there(const fs::path& path) {
  std::error_code failure;
  return fs::exists(path, failure) || failure;
}

ComparedRecord compare_record_json(const fs::path& run, const RecordedRun& recorded) {
  Json was = read_json((run / "record.json").string(), UINT32_MAX);
  Json is = Json::parse(record_json(recorded.record, recorded.data, recorded.threads));
  ComparedRecord compared;
  compared.same_version = was.value("sandgrad", Json()) == is["sandgrad"];
  for (Json* json : {&was, &is}) {
    for (const char* on_trust :
         {"sandgrad", "commit", "compiler", "flags", "kernels", "threads", "ranks", "communication", "cpu"})
      json->erase(on_trust);  // these decide no bit
    for (const std::string& place : place_keys()) (*json)["args"].erase(place);
    (*json)["data"].erase("source");  // it names the data directory
  }
  if (is_photo_set(recorded.record.settings.data.name) && !was["data"].contains("classes"))
    is["data"].erase("classes");  // older records of photos do not have them
  compared.finding = difference("record.json", was, is);
  if (compared.finding) compared.finding->facts[2].first = "expected";
  return compared;
}

std::optional<Finding> compare_done(const fs::path& run, const Training& replay) {
  const UpdateLoop& loop = replay.loop();
  if (!replay.finished())
    return Finding{"done exists, but the records end before the last step",
                   {{"expected", "step " + std::to_string(loop.settings().steps - 1)},
                    {"found   ", "step " + std::to_string(loop.step() - 1)}}};
  constexpr std::uint64_t kMostBytes = 1 << 16;
  const Json done = read_json((run / "done").string(), kMostBytes);
  const std::string expected = outcome_json(loop.step(), loop.fingerprint(), loop.never_learned(),
                                            replay.early_stop(), loop.settings().recipe.early_stop);
  return difference("done", done.is_object() ? done : Json::object(), Json::parse(expected));
}

std::optional<Finding> compare_weights(const fs::path& run, const Training& replay) {
  const Model& model = replay.loop().model();
  const std::string path = (run / "weights.safetensors").string();
  const std::size_t size = weights_file(model).bytes().size();
  if (const std::uint64_t found = InputFile(path).size(); found != size)
    return Finding{
        "weights.safetensors has another size",
        {{"recorded", std::to_string(found) + " bytes"}, {"replayed", std::to_string(size) + " bytes"}}};
  std::vector<Scalar> recorded(static_cast<std::size_t>(model.parameters.size()));
  read_block(Safetensors::read(path), "", model.parameters, recorded);
  if (auto found = difference("weights.safetensors: the numbers", "", model.parameters, recorded,
                              model.parameters.numbers()))
    return found;
  if (sha256_of_file(path) != Sha256().add(weights_file(model).bytes()).hex())
    return Finding{"weights.safetensors: the numbers are the same, but the header differs", {}};
  return std::nullopt;
}

}  // namespace sand::experiments
