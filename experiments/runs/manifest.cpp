#include "experiments/runs/manifest.h"

#include <algorithm>
#include <filesystem>

#include "experiments/machine/build.h"
#include "experiments/machine/parse_json.h"
#include "experiments/machine/sha256.h"
#include "experiments/setup/settings_json.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/kernels/kernels.h"
#include "tensor/numerics.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;

constexpr const char* kNumber = sizeof(Scalar) == 8 ? "double" : "float";

std::vector<DataFile> data_files(const domains::DataSet& data, const DataRequest& request) {
  std::vector<DataFile> files;
  for (const std::filesystem::path& path : data.files) {
    const std::filesystem::path name =
        request.own.file.empty() ? path.lexically_relative(request.data_dir) : path.filename();
    files.push_back(
        {printable(name.generic_string()), InputFile(path.string()).size(), sha256_of_file(path.string())});
  }
  return files;
}

Json shape_of(const Shape& shape) {
  Json sizes = Json::array();
  for (int axis = 0; axis < shape.rank(); ++axis) sizes.push_back(shape[axis]);
  return sizes;
}

}  // namespace

Manifest manifest(const Settings& settings, const domains::DataSet& data, const Parameters& parameters) {
  return {settings, kNumericsVersion, kNumber, data_files(data, settings.data), parameters.slots()};
}

std::string record_json(const Manifest& record, const domains::DataSet& data, const Threads& threads) {
  Json json = Json::parse(settings_json(record.settings));
  json["numerics"] = record.numerics;
  json["number"] = record.number;
  json["sandgrad"] = build().version;
  json["commit"] = build().commit;
  json["compiler"] = build().compiler;
  json["flags"] = build().flags;
  json["kernels"] = kernels::chosen().name;
  json["threads"] = threads.count();
  json["cpu"] = cpu_model();
  json["data"] = {{"source", data.source}, {"domains", Json::array()}, {"files", Json::array()}};
  for (const domains::Domain& domain : data.domains)
    json["data"]["domains"].push_back({{"name", domain.name}, {"examples", domain.size()}});
  for (std::size_t i = 0; i < data.input_names.size(); ++i)
    json["data"]["inputs"].push_back(
        {{"name", data.input_names[i]}, {"mean", data.mean[i]}, {"deviation", data.deviation[i]}});
  if (!data.class_names.empty()) json["data"]["classes"] = data.class_names;
  if (!data.target_names.empty()) json["data"]["targets"] = data.target_names;
  for (const DataFile& file : record.files)
    json["data"]["files"].push_back({{"name", file.name}, {"size", file.size}, {"sha256", file.sha256}});
  json["parameters"] = Json::array();
  for (const Slot& slot : record.parameters)
    json["parameters"].push_back(
        {{"name", slot.name}, {"shape", shape_of(slot.shape)}, {"offset", slot.offset}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string with_ranks(const std::string& record_json, int ranks, std::optional<double> communication) {
  Json json = Json::parse(record_json);
  json["ranks"] = ranks;
  if (communication) json["communication"] = *communication;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Manifest read_manifest(const std::string& path) {
  constexpr std::uint64_t kMostBytes = 1u << 28;  // enough for a million photos, 150 bytes each
  const auto broken = [&](const std::string& why) {
    return Error(Fault::data, "record: does not describe a run: " + why).fact("file", path);
  };
  const Json json = read_json(path, kMostBytes);
  check(json.is_object() && json.contains("args") && json.contains("hparams"),
        [&] { return broken("no JSON object with args and hparams; was the file cut?"); });
  Manifest record;
  record.settings =
      settings_from_json(Json{{"args", json["args"]}, {"hparams", json["hparams"]}}.dump(), path);
  try {
    record.numerics = value_of<int>(json, "numerics");
    record.number = value_of<std::string>(json, "number");
    const Json &files = json.at("data").at("files"), &slots = json.at("parameters");
    check(files.is_array() && slots.is_array(),
          [] { return Error(Fault::data, "files and parameters that are not lists"); });
    for (const Json& file : files) {
      record.files.push_back({value_of<std::string>(file, "name"), value_of<std::uint64_t>(file, "size"),
                              value_of<std::string>(file, "sha256")});
      check(bytes_of_hex(record.files.back().sha256).size() == 32,
            [&] { return Error(Fault::data, "an invalid hash: " + file.dump().substr(0, 300)); });
    }
    Index offset = 0;
    for (const Json& slot : slots) {
      const Shape shape(value_of<std::vector<Index>>(slot, "shape"));
      record.parameters.push_back(
          {value_of<std::string>(slot, "name"), shape, offset, static_cast<int>(record.parameters.size())});
      check(
          value_of<Index>(slot, "offset") == offset && !__builtin_add_overflow(offset, shape.size(), &offset),
          [] { return Error(Fault::data, "a tensor with an offset that is not the end of the one before"); });
    }
  } catch (const Json::exception& problem) {
    throw broken(problem.what());
  } catch (const Error& problem) {
    throw broken(problem.what());
  }
  return record;
}

void check_same_run(const Manifest& recorded, const Settings& asked) {
  std::vector<Difference> found = differences(recorded.settings, asked);
  if (recorded.number != kNumber) found.push_back({"numbers", recorded.number, kNumber});
  if (recorded.numerics != kNumericsVersion)
    found.push_back({"arithmetic", "version " + std::to_string(recorded.numerics),
                     "version " + std::to_string(kNumericsVersion)});
  if (found.empty()) return;
  check(found.size() > 1 || found[0].flag != "--steps" || recorded.settings.steps < asked.steps, [&] {
    return Error(Fault::busy, "run directory: its run has more steps already")
        .fact("--steps", " recorded " + found[0].recorded + ", requested " + found[0].asked)
        .hint("--steps " + found[0].recorded +
              " resumes it, a larger number lets it go on; --fresh removes it and starts over; or give "
              "another --output-dir");
  });
  Error error(Fault::busy, "run directory: it holds a run with other settings");
  for (const Difference& difference : found)
    error.fact(difference.flag, " recorded " + difference.recorded.substr(0, 100) + ", requested " +
                                    difference.asked.substr(0, 100));
  throw error.hint(
      "the recorded settings resume that run; --fresh removes it and starts over; or give another "
      "--output-dir");
}

void check_same_inputs(const Manifest& recorded, const Manifest& found) {
  const auto differ = [](const auto& was, const auto& is) {
    return std::mismatch(was.begin(), was.end(), is.begin(), is.end(),
                         [](const auto& a, const auto& b) { return a == b; });
  };
  const auto difference = differ(recorded.files, found.files);
  const bool same = difference.first == recorded.files.end() && difference.second == found.files.end();
  const auto text = [](auto at, auto end) {
    return at == end
               ? std::string("none")
               : at->name + ", " + std::to_string(at->size) + " bytes, SHA-256 " + at->sha256.substr(0, 16);
  };
  check(same, [&] {
    return Error(Fault::data, "run directory: the data differ from those of the run")
        .fact("recorded", text(difference.first, recorded.files.end()))
        .fact("found", text(difference.second, found.files.end()))
        .hint("name the directory of the recorded data with --data-dir, or start over with train --fresh");
  });
  const auto equal = [](const Slot& a, const Slot& b) { return a.name == b.name && a.shape == b.shape; };
  check(std::equal(recorded.parameters.begin(), recorded.parameters.end(), found.parameters.begin(),
                   found.parameters.end(), equal),
        [] { return Error(Fault::data, "record: the weight tensors do not fit the model of the settings"); });
}

}  // namespace sand::experiments
