// The numbers that a combiner carries from step to step, in a checkpoint.
#include <doctest/doctest.h>

#include "experiments/machine/sha256.h"
#include "experiments/runs/checkpoint.h"
#include "tensor/error.h"

using sand::Error;
using sand::Parameters;
using namespace sand::experiments;

namespace {

const std::string kHash(64, 'a');
const sand::optim::StateLayout kAdam{"adam", "Adam", {"m", "v"}};

Parameters one_tensor() {
  Parameters parameters;
  parameters.add("linear0.bias", {2});
  return parameters;
}

Checkpoint small_checkpoint() {
  Checkpoint checkpoint;
  checkpoint.state.step = 4;
  checkpoint.state.optimizer_steps = 4;
  checkpoint.state.weights = {1, 2};
  checkpoint.state.optimizer = {{1, 2}, {1, 2}};
  checkpoint.state.chain = std::string(64, 'c');
  return checkpoint;
}

}  // namespace

TEST_CASE(
    "A checkpoint keeps the numbers that a combiner carries, and has no word of them if there are none") {
  const Parameters parameters = one_tensor();
  Checkpoint checkpoint = small_checkpoint();
  const auto text = [&] {
    const std::vector<std::byte> bytes = checkpoint_bytes(checkpoint, parameters, kAdam, kHash);
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  CHECK(text().find("carried") == std::string::npos);
  for (const std::vector<double>& carried :
       {std::vector<double>{0.1 + 0.2}, {1.0 / 3, 5e-324, -0.0, 1 - 1.0 / 3}}) {
    checkpoint.state.carried = carried;
    const Checkpoint read = parse_checkpoint(checkpoint_bytes(checkpoint, parameters, kAdam, kHash), "file",
                                             parameters, kAdam, kHash);
    CHECK(read.state == checkpoint.state);
  }
  // the same file with another list and the right hash
  checkpoint.state.carried = {0.25, 0.75};
  for (const char* list : {"0.25,0.75", "0.25 0.7x", "0.25  .75"}) {
    std::string file = text();
    file.replace(file.find("0.25 0.75"), 9, list);
    const std::size_t hash = file.find("\"sha256\":\"") + 10;
    file.replace(hash, 64, std::string(64, '0'));
    file.replace(hash, 64, Sha256().add(file).hex());
    CHECK_THROWS_WITH_AS(parse_checkpoint(std::as_bytes(std::span(file)), "file", parameters, kAdam, kHash),
                         doctest::Contains("carried is not a list of numbers"), Error);
  }
}
