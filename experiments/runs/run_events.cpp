#include "experiments/runs/run_events.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "experiments/runs/record_columns.h"
#include "experiments/runs/records.h"

namespace sand::experiments {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Many numbers that make no curve: the histogram of signs and the Gram matrix.
bool is_curve(const std::string& name) {
  return name != "step" && name.find("/sign_balance/") == std::string::npos && !name.starts_with("gram/");
}

}  // namespace

Event event_of(const Training& run, const Record& record) {
  const UpdateLoop& loop = run.loop();
  Event event{.step = record.step, .seconds = seconds_now()};
  for (const NamedNumber& number : columns_of(nlohmann::json::parse(metrics_line(loop.data(), record))))
    if (is_curve(number.name)) event.scalars.emplace_back(number.name, number.value);
  if (!record.learning_rate) event.scalars.emplace_back("lr", loop.optimizer().learning_rate());
  event.scalars.emplace_back("step_seconds", record.step_seconds);
  const Parameters& parameters = loop.model().parameters;
  const optim::Direction& direction = loop.direction();
  for (const Slot& slot : parameters.slots()) {
    const auto part = [&](std::span<const Scalar> all) {
      return Histogram::of(
          all.subspan(static_cast<std::size_t>(slot.offset), static_cast<std::size_t>(slot.shape.size())));
    };
    event.histograms.emplace_back("weights/" + slot.name, part(parameters.numbers()));
    event.histograms.emplace_back("direction/" + slot.name, part(direction.values.view().numbers()));
    if (direction.has_mask())
      event.histograms.emplace_back("masks/" + slot.name, part(direction.mask.view().numbers()));
  }
  return event;
}

void begin_events(const RunDirectory& directory, int next_step) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
  std::string file;
  if (directory.held().has(RunDirectory::kEvents))
    file = InputFile(directory.held(), RunDirectory::kEvents).text(kMostBytes);
  const std::size_t kept = bytes_before(file, next_step);
  if (kept == 0)
    directory.write(RunDirectory::kEvents, file_beginning(seconds_now()));
  else if (kept < file.size())
    directory.write(RunDirectory::kEvents, file.substr(0, kept));
}

void append_event(RunDirectory& directory, const Event& event) {
  directory.append_bytes(RunDirectory::kEvents, record_of(event));
}

}  // namespace sand::experiments
