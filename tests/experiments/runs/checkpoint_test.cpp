#include "experiments/runs/checkpoint.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cmath>
#include <limits>

#include "experiments/machine/sha256.h"
#include "tensor/error.h"
#include "tensor/safetensors.h"
#include "tests/experiments/full_disk.h"
#include "tests/folder.h"

using sand::Error;
using sand::Fault;
using sand::Parameters;
using sand::Scalar;
using namespace sand::experiments;
using namespace sand::testing;

namespace {

const std::string kSettings(64, 'a');  // a hash
const sand::optim::StateLayout kLayout{"adam", "Adam", {"m", "v"}};

Parameters two_tensors() {
  Parameters parameters;
  parameters.add("linear0.weight", {12, 16});
  parameters.add("linear0.bias", {12});
  return parameters;
}

/// After the update of step `step`: all numbers are different, some are the smallest possible.
Checkpoint checkpoint_of(int step, double score = std::numeric_limits<double>::quiet_NaN()) {
  Checkpoint checkpoint{.state = {}, .score = score};
  TrainingState& state = checkpoint.state;
  state.step = step + 1;
  state.optimizer_steps = step + 1;
  state.optimizer.resize(2);
  for (int j = 0; j < 12 * 17; ++j) {
    state.weights.push_back(std::sin(static_cast<Scalar>(j + step)));
    state.optimizer[0].push_back(-state.weights.back() / 3);
    state.optimizer[1].push_back(j == 0 ? std::numeric_limits<Scalar>::denorm_min()
                                        : state.weights.back() * state.weights.back());
  }
  state.loss_sum = 0.1 + 0.2;
  state.losses = 3;
  state.moved = true;
  state.chain = std::string(64, 'c');
  return checkpoint;
}

void no_complaint(const std::string& file, const std::string& why) { FAIL(file << ": " << why); }
void any(const Checkpoint&) {}

std::optional<Fault> refusal(std::span<const std::byte> file, const Parameters& parameters) {
  try {
    parse_checkpoint(file, "file", parameters, kLayout, kSettings);
  } catch (const Error& error) {
    return error.fault();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("Reading a checkpoint gives the bits that were written") {
  const Parameters parameters = two_tensors();
  for (const double score : {0.1, 1.0, 0.0, std::numeric_limits<double>::quiet_NaN()}) {
    const Checkpoint written = checkpoint_of(41, score);
    const Checkpoint read = parse_checkpoint(checkpoint_bytes(written, parameters, kLayout, kSettings),
                                             "file", parameters, kLayout, kSettings);
    CHECK(read.state == written.state);
    CHECK((read.score == score || (std::isnan(read.score) && std::isnan(score))));
  }
}

TEST_CASE("Every truncation of a checkpoint and every flipped bit is detected") {
  const Parameters parameters = two_tensors();
  std::vector<std::byte> file = checkpoint_bytes(checkpoint_of(3, 0.5), parameters, kLayout, kSettings);
  CHECK(file.size() > 3000);
  CHECK(file.size() < 7000);
  CHECK_FALSE(refusal(file, parameters).has_value());
  std::size_t missed = 0;
  for (std::size_t size = 0; size < file.size(); ++size)
    missed += refusal(std::span(file).first(size), parameters) != Fault::data;
  CHECK(missed == 0);
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    const auto flip = [&] { file[bit / 8] ^= std::byte{1} << bit % 8; };
    flip();
    missed += refusal(file, parameters) != Fault::data;
    flip();
  }
  CHECK(missed == 0);
  file.push_back(std::byte{0});
  CHECK(refusal(file, parameters) == Fault::data);
}

TEST_CASE("An intact checkpoint of another run, arithmetic or model is refused") {
  const Parameters parameters = two_tensors();
  const Checkpoint checkpoint = checkpoint_of(3);
  CHECK_THROWS_WITH_AS(
      parse_checkpoint(checkpoint_bytes(checkpoint, parameters, kLayout, std::string(64, 'b')), "file",
                       parameters, kLayout, kSettings),
      doctest::Contains("a run with other settings"), Error);
  Parameters other;
  other.add("linear0.weight", {12, 17});
  CHECK(refusal(checkpoint_bytes(checkpoint, other, kLayout, kSettings), parameters) == Fault::data);

  // The same file with another version and the right hash.
  std::vector<std::byte> bytes = checkpoint_bytes(checkpoint, parameters, kLayout, kSettings);
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t version = text.find("\"numerics\":\"") + 12, hash = text.find("\"sha256\":\"") + 10;
  text[version] = '0';
  text.replace(hash, 64, std::string(64, '0'));
  text.replace(hash, 64, Sha256().add(text).hex());
  CHECK_THROWS_WITH_AS(
      parse_checkpoint(std::as_bytes(std::span(text)), "file", parameters, kLayout, kSettings),
      doctest::Contains("another version of the arithmetic"), Error);
}

TEST_CASE("The last two checkpoints are kept, and the one with the best held-out accuracy") {
  const Folder folder;
  const Parameters parameters = two_tensors();
  Checkpoints checkpoints(folder.path, resolve({}), parameters);
  const double scores[] = {0.5, 0.8, 0.7, 0.8, 0.6, std::numeric_limits<double>::quiet_NaN()};
  std::vector<std::vector<int>> kept;
  for (int step = 0; step < 6; ++step) {
    checkpoints.keep(checkpoint_of(step, scores[step]));
    kept.push_back(checkpoints.steps());
  }
  CHECK(kept == std::vector<std::vector<int>>{{0}, {0, 1}, {1, 2}, {1, 2, 3}, {1, 3, 4}, {1, 4, 5}});

  Checkpoints again(folder.path, resolve({}), parameters);  // the best one is known from the files
  CHECK(again.last(any, no_complaint)->state == checkpoint_of(5).state);
  again.keep(checkpoint_of(6, 0.7));
  CHECK(again.steps() == std::vector<int>{1, 5, 6});
  again.keep(checkpoint_of(1234567, 0.9));
  CHECK(again.steps() == std::vector<int>{6, 1234567});
}

TEST_CASE("Resuming removes checkpoints that a killed run left over, and keeps the last two and the best") {
  const Folder folder, copies;
  const Parameters parameters = two_tensors();
  Checkpoints first(folder.path, resolve({}), parameters);
  const double scores[] = {0.1, 0.9, 0.2, 0.3, 0.4};
  for (int step = 0; step < 5; ++step) {
    first.keep(checkpoint_of(step, scores[step]));
    std::filesystem::copy(first.file(step), copies.path / first.file(step).filename());
  }
  for (const std::string& name : names_in(copies.path))
    std::filesystem::copy(copies.path / name, folder.path / name,
                          std::filesystem::copy_options::overwrite_existing);
  Checkpoints again(folder.path, resolve({}), parameters);
  for (int look = 0; look < 2; ++look) {
    CHECK(again.last(any, no_complaint)->state.step == 5);
    CHECK(again.steps() == std::vector<int>{1, 3, 4});
  }
  again.keep(checkpoint_of(5, 0.5));
  CHECK(again.steps() == std::vector<int>{1, 4, 5});
  again.keep(checkpoint_of(6, 0.95));
  CHECK(again.steps() == std::vector<int>{5, 6});
}

TEST_CASE("A step that is saved twice counts once among the last two") {
  const Folder folder;
  const Parameters parameters = two_tensors();
  Checkpoints checkpoints(folder.path, resolve({}), parameters);
  for (const int step : {0, 1, 1}) checkpoints.keep(checkpoint_of(step));
  CHECK(checkpoints.steps() == std::vector<int>{0, 1});
}

TEST_CASE("Without held-out accuracies there is no best checkpoint") {
  const Folder folder;
  const Parameters parameters = two_tensors();
  Checkpoints checkpoints(folder.path, resolve({}), parameters);
  for (int step = 0; step < 4; ++step) checkpoints.keep(checkpoint_of(step));
  CHECK(checkpoints.steps() == std::vector<int>{2, 3});
}

TEST_CASE("A damaged checkpoint is named and skipped, and stays until the run passes its step") {
  const Folder folder;
  const Parameters parameters = two_tensors();
  Checkpoints checkpoints(folder.path, resolve({}), parameters);
  for (int step = 0; step < 3; ++step) checkpoints.keep(checkpoint_of(step, 0.9 - step * 0.1));
  std::ofstream(checkpoints.file(2), std::ios::app) << "x";
  std::vector<std::string> named;
  const auto found =
      checkpoints.last(any, [&](const std::string& file, const std::string&) { named.push_back(file); });
  CHECK(found->state.step == 2);
  CHECK(named == std::vector<std::string>{checkpoints.file(2).string()});
  CHECK(checkpoints.steps() == std::vector<int>{0, 1, 2});
  checkpoints.keep(checkpoint_of(3));
  CHECK(checkpoints.steps() == std::vector<int>{0, 1, 3});  // it does not count among the last two
  const auto unusable = [](const Checkpoint& checkpoint) {
    if (checkpoint.state.step > 2) throw Error(Fault::data, "its lines are gone");
  };
  CHECK(checkpoints.last(unusable, [](const std::string&, const std::string&) {})->state.step == 2);
}

TEST_CASE("A checkpoint that the disk fails to read stops the run") {
  const Folder folder;
  const Parameters parameters = two_tensors();
  Checkpoints checkpoints(folder.path, resolve({}), parameters);
  for (int step = 0; step < 3; ++step) checkpoints.keep(checkpoint_of(step));
  const std::set<std::string> names = names_in(folder.path);
  const auto no_answer = [](const Checkpoint&) { throw Error(Fault::io, "no answer"); };
  const auto passed_over = [](const std::string&, const std::string&) { FAIL("it must not be passed over"); };
  CHECK_THROWS_WITH_AS(checkpoints.last(no_answer, passed_over),
                       doctest::Contains("no answer\n    hint: try again"), Error);
  CHECK(names_in(folder.path) == names);
  std::filesystem::create_symlink("loop", folder.path / "loop");
  CHECK_THROWS_WITH_AS(Checkpoints(folder.path / "loop", resolve({}), parameters),
                       doctest::Contains("directory: cannot open it"), Error);
}

TEST_CASE("A checkpoint under the name of another step is refused, and other files are ignored") {
  const Folder folder;
  const Parameters parameters = two_tensors();
  Checkpoints checkpoints(folder.path, resolve({}), parameters);
  checkpoints.keep(checkpoint_of(1));
  std::filesystem::rename(checkpoints.file(1), checkpoints.file(7));
  std::ofstream(folder.path / "step-3.safetensors") << "mine";
  std::ofstream(folder.path / "notes.txt") << "mine";
  CHECK(checkpoints.steps() == std::vector<int>{7});
  CHECK_THROWS_WITH_AS(checkpoints.read(7), doctest::Contains("another step"), Error);
  for (int step = 8; step < 12; ++step) checkpoints.keep(checkpoint_of(step));
  CHECK(names_in(folder.path) == std::set<std::string>{"notes.txt", "step-000010.safetensors",
                                                       "step-000011.safetensors", "step-3.safetensors"});
}

TEST_CASE("A pipe named like a checkpoint is skipped, and nothing is written through a link") {
  const Folder folder;
  const Parameters parameters = two_tensors();
  Checkpoints checkpoints(folder.path, resolve({}), parameters);
  checkpoints.keep(checkpoint_of(1));
  REQUIRE(::mkfifo(checkpoints.file(2).c_str(), 0600) == 0);
  std::vector<std::string> named;
  CHECK(checkpoints.last(any, [&](const std::string& file, const std::string&) { named.push_back(file); })
            ->state == checkpoint_of(1).state);
  CHECK(named == std::vector<std::string>{checkpoints.file(2).string()});
  std::ofstream(folder.path / "mine") << "text";
  std::filesystem::create_symlink("mine", checkpoints.file(3));
  checkpoints.keep(checkpoint_of(3));
  CHECK(text_of(folder.path / "mine") == "text");
}

TEST_CASE("A file longer than a checkpoint of the model is not read") {
  const Folder folder;
  const Parameters parameters = two_tensors();
  Checkpoints checkpoints(folder.path, resolve({}), parameters);
  checkpoints.keep(checkpoint_of(1));
  std::filesystem::resize_file(
      checkpoints.file(1),
      std::uintmax_t{1} << 34);  // sparse: reading it would take too much memory and time
  CHECK_THROWS_WITH_AS(checkpoints.read(1),
                       doctest::Contains("found 17179869184 bytes, more than a checkpoint of this model has"),
                       Error);
}

TEST_CASE("Without its folder there are no checkpoints, and saving into a removed folder fails") {
  const Folder folder;
  const Parameters parameters = two_tensors();
  CHECK(Checkpoints(folder.path / "none", resolve({}), parameters).steps().empty());
  CHECK_THROWS_WITH_AS(Checkpoints(folder.path / "none", resolve({}), parameters).read(3),
                       doctest::Contains("has no folder of checkpoints"), Error);
  std::filesystem::create_directory(folder.path / "checkpoints");
  Checkpoints checkpoints(sand::Directory((folder.path / "checkpoints").string()), resolve({}), parameters);
  std::filesystem::remove(folder.path / "checkpoints");
  CHECK_THROWS_WITH_AS(checkpoints.keep(checkpoint_of(0)),
                       doctest::Contains("it was removed while it was in use"), Error);
}

TEST_CASE("Non-finite numbers and a full disk leave the existing checkpoints unchanged") {
  const Folder folder;
  const Parameters parameters = two_tensors();
  Checkpoints checkpoints(folder.path, resolve({}), parameters);
  checkpoints.keep(checkpoint_of(0));
  checkpoints.keep(checkpoint_of(1));
  const std::set<std::string> names = names_in(folder.path);
  Checkpoint broken = checkpoint_of(2);
  broken.state.optimizer[0][5] = std::numeric_limits<Scalar>::infinity();
  CHECK_THROWS_WITH_AS(checkpoints.keep(broken),
                       doctest::Contains("step 2: a weight or a moment is not finite"), Error);
  {
    const FullDisk disk(2000);
    CHECK_THROWS_AS(checkpoints.keep(checkpoint_of(2)), Error);
  }
  CHECK(names_in(folder.path) == names);
  CHECK(checkpoints.last(any, no_complaint)->state == checkpoint_of(1).state);
}
