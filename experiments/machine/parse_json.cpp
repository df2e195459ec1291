#include "experiments/machine/parse_json.h"

#include "tensor/file.h"

namespace sand::experiments {

using Json = nlohmann::json;

Json parse_json(std::string_view text) {
  constexpr int kMostDepth = 16, kMostParts = 1 << 24;
  struct TooMuch {};
  int parts = 0;
  const auto look = [&](int depth, Json::parse_event_t event, const Json&) {
    const bool begins =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if ((begins && depth >= kMostDepth) || ++parts > kMostParts)
      throw TooMuch();  // immediately: the parser stores something for every level
    return true;
  };
  try {
    return Json::parse(text, look, false);
  } catch (const TooMuch&) {
    return Json::value_t::discarded;
  }
}

Json read_json(const std::string& path, std::uint64_t most) { return parse_json(InputFile(path).text(most)); }

}  // namespace sand::experiments
