#include "experiments/parse_json.h"

#include "tensor/file.h"

namespace sand::experiments {

using Json = nlohmann::json;

Json parse_json(std::string_view text) {
  constexpr int kMostDepth = 16, kMostParts = 1 << 24;
  struct TooMuch {};
  int parts = 0;
  const auto look = [&](int depth, Json::parse_event_t event, const Json&) {
    const bool begins = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if ((begins && depth >= kMostDepth) || ++parts > kMostParts) throw TooMuch();  // at once: the parser keeps a place for every level
    return true;
  };
  try {
    return Json::parse(text, look, false);
  } catch (const TooMuch&) {
    return Json::value_t::discarded;
  }
}

Json read_json(const std::string& path, std::uint64_t most) {
  InputFile file(path);
  check(file.size() <= most, [&] {
    return Error(Fault::data, "file: no run writes so much")
        .fact("file", path)
        .fact("expected", "at most " + std::to_string(most) + " bytes")
        .fact("found", std::to_string(file.size()) + " bytes");
  });
  std::string text(file.size(), ' ');
  file.read(std::as_writable_bytes(std::span(text)));
  return parse_json(text);
}

}  // namespace sand::experiments
