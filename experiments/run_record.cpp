#include "experiments/run_record.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "experiments/build.h"
#include "experiments/settings_json.h"
#include "experiments/sha256.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/kernels/kernels.h"
#include "tensor/numerics.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 28;  // a line of 150 bytes for each of a million photos fits
constexpr const char* kNumber = sizeof(Scalar) == 8 ? "double" : "float";

std::vector<DataFile> data_files(const domains::DataSet& data, const std::string& data_dir) {
  std::vector<DataFile> files;
  for (const std::filesystem::path& path : data.files)
    files.push_back({printable(path.lexically_relative(data_dir).generic_string()), InputFile(path.string()).size(),
                     sha256_of_file(path.string())});
  return files;
}

Json shape_of(const Shape& shape) {
  Json sizes = Json::array();
  for (int axis = 0; axis < shape.rank(); ++axis) sizes.push_back(shape[axis]);
  return sizes;
}

std::string text_of(const std::string& path) {
  InputFile file(path);
  check(file.size() <= kMostBytes, [&] { return Error(Fault::data, "record: no record is that long").fact("file", path); });
  std::string text(file.size(), ' ');
  file.read(std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace

RunRecord run_record(const Settings& settings, const domains::DataSet& data, const Parameters& parameters) {
  return {settings, kNumericsVersion, kNumber, data_files(data, settings.data.data_dir), parameters.slots()};
}

std::string record_json(const RunRecord& record, const domains::DataSet& data, const Threads& threads) {
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
  for (const DataFile& file : record.files)
    json["data"]["files"].push_back({{"name", file.name}, {"size", file.size}, {"sha256", file.sha256}});
  json["parameters"] = Json::array();
  for (const Slot& slot : record.parameters)
    json["parameters"].push_back({{"name", slot.name}, {"shape", shape_of(slot.shape)}, {"offset", slot.offset}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

RunRecord read_record(const std::string& path) {
  const auto broken = [&](const std::string& why) {
    return Error(Fault::data, "record: it does not describe a run").fact("file", path).fact("found", why.substr(0, 300));
  };
  const Json json = Json::parse(text_of(path), nullptr, false);
  check(json.is_object(), [&] { return broken("no JSON object; was the file cut?"); });
  RunRecord record;
  try {
    record.settings = settings_from_json(Json{{"args", json.at("args")}, {"hparams", json.at("hparams")}}.dump(), path);
    json.at("numerics").get_to(record.numerics);
    json.at("number").get_to(record.number);
    const Json &files = json.at("data").at("files"), &slots = json.at("parameters");
    check(files.is_array() && slots.is_array(), [&] { return broken("files and parameters that are no lists"); });
    for (const Json& file : files) {
      check(file.at("size").is_number_unsigned(), [&] { return broken("a size that is none: " + file.dump()); });
      record.files.push_back(
          {file.at("name").get<std::string>(), file.at("size").get<std::uint64_t>(), file.at("sha256").get<std::string>()});
      check(bytes_of_hex(record.files.back().sha256).size() == 32, [&] { return broken("a hash that is none: " + file.dump()); });
    }
    Index offset = 0;
    for (const Json& slot : slots) {
      const std::vector<Index> shape = slot.at("shape").get<std::vector<Index>>();
      check(slot.at("offset") == offset, [&] { return broken("a tensor with an offset that is not the end of the one before"); });
      record.parameters.push_back({slot.at("name").get<std::string>(), Shape(shape), offset, static_cast<int>(record.parameters.size())});
      offset += record.parameters.back().shape.size();
    }
  } catch (const Json::exception& problem) {
    throw broken(problem.what());
  } catch (const Error& problem) {
    if (problem.fault() == Fault::data) throw;
    throw broken(problem.what());
  }
  return record;
}

void check_same_run(const RunRecord& recorded, const Settings& asked) {
  std::vector<Difference> found = differences(recorded.settings, asked);
  if (recorded.number != kNumber) found.push_back({"numbers", recorded.number, kNumber});
  if (recorded.numerics != kNumericsVersion)
    found.push_back({"arithmetic", "version " + std::to_string(recorded.numerics), "version " + std::to_string(kNumericsVersion)});
  if (found.empty()) return;
  Error error(Fault::busy, "run directory: it holds a run with other settings");
  for (const Difference& difference : found)
    error.fact(difference.flag, " recorded " + difference.recorded.substr(0, 100) + ", asked " + difference.asked.substr(0, 100));
  throw error.hint("the recorded settings go on with that run; --fresh removes it and starts over; or give another --output-dir");
}

void check_same_inputs(const RunRecord& recorded, const RunRecord& found) {
  const auto differ = [](const auto& was, const auto& is) {
    return std::mismatch(was.begin(), was.end(), is.begin(), is.end(), [](const auto& a, const auto& b) { return a == b; });
  };
  const auto [was, is] = differ(recorded.files, found.files);
  const bool same = was == recorded.files.end() && is == found.files.end();
  const auto text = [](auto at, auto end) {
    return at == end ? std::string("none") : at->name + ", " + std::to_string(at->size) + " bytes, SHA-256 " + at->sha256.substr(0, 16);
  };
  check(same, [&, was = was, is = is] {
    return Error(Fault::data, "run directory: the data are not those of the run in it")
        .fact("recorded", text(was, recorded.files.end()))
        .fact("found   ", text(is, found.files.end()))
        .hint("--data-dir says where the recorded ones lie; train --fresh starts over with those there are");
  });
  const auto equal = [](const Slot& a, const Slot& b) { return a.name == b.name && a.shape == b.shape; };
  check(std::equal(recorded.parameters.begin(), recorded.parameters.end(), found.parameters.begin(), found.parameters.end(), equal),
        [] { return Error(Fault::data, "record: its tensors of weights are not those of the model that its settings make"); });
}

}  // namespace sand::experiments
