#include "experiments/sweeps/results.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "experiments/sweeps/table_text.h"
#include "tensor/error.h"
#include "tests/folder.h"

using nlohmann::json;
using namespace sand::experiments;
using sand::testing::Folder;

namespace {

json record(int step, double accuracy, const json& more = {}) {
  json line = {{"args",
                {{"dataset", "ColoredMNIST"},
                 {"algorithm", "ERM"},
                 {"test_envs", {0}},
                 {"hparams_seed", 1},
                 {"trial_seed", 2}}},
               {"hparams", {{"lr", 0.5}}},
               {"step", step},
               {"env0_in_acc", accuracy},
               {"env1_in_acc", 0.25},
               {"env0_out_acc", accuracy},
               {"env1_out_acc", 0.5}};
  if (more.is_object()) line["args"].update(more);
  return line;
}

/// A job directory with these lines.
void write_job(const Folder& folder, const std::string& name, const std::string& lines,
               const std::string& done = "done") {
  std::filesystem::create_directory(folder / name);
  sand::testing::write_file(folder / (name + "/results.jsonl"), lines);
  if (!done.empty()) sand::testing::write_file(folder / (name + "/done"), done);
}

Results read(const Folder& folder) { return read_results({folder.path}, sand::Threads(2)); }

}  // namespace

TEST_CASE("A run is identified by its arguments, and its records keep the order of the file") {
  const Folder folder;
  write_job(folder, "a", record(0, 0.5).dump() + "\n" + record(100, 0.75).dump() + "\n");
  const Results results = read(folder);
  REQUIRE(results.runs.size() == 1);
  const RunResult& run = results.runs[0];
  CHECK(run.data_set == "ColoredMNIST");
  CHECK(run.method == "ERM");
  CHECK(run.test_domains == std::vector<int>{0});
  CHECK(run.hparams_seed == 1);
  CHECK(run.trial_seed == 2);
  CHECK(run.hparams == R"({"lr":0.5})");
  CHECK(run.done);
  CHECK_FALSE(run.never_learned);
  REQUIRE(run.steps.size() == 2);
  CHECK(run.steps[1].step == 100);
  CHECK(run.steps[1].in == std::vector<double>{0.75, 0.25});
  CHECK(run.steps[1].out == std::vector<double>{0.75, 0.5});
  CHECK(results.torn + results.foreign == 0);
}

TEST_CASE("Torn and foreign lines are skipped, counted and named") {
  const Folder folder;
  const std::string good = record(0, 0.5).dump(), next = record(100, 0.75).dump();
  write_job(folder, "a",
            good + "\nnonsense\n" + next + "\n[1]\n{\"step\": 3}\n" +
                record(200, 0.5, {{"hparams_seed", 9}}).dump() + "\n" + next.substr(0, next.size() - 9));
  const Results results = read(folder);
  REQUIRE(results.runs.size() == 1);
  CHECK(results.runs[0].steps.size() == 2);
  CHECK(results.lines == 7);
  CHECK(results.torn == 3);     // nonsense, [1], and the last one
  CHECK(results.foreign == 2);  // no arguments, another run
  REQUIRE(results.notes.size() == 5);
  CHECK(results.notes[0] == folder / "a/results.jsonl" + ", line 2: no whole JSON object");
  CHECK(results.notes[3] == folder / "a/results.jsonl" + ", line 6: a record of another run");
}

TEST_CASE("A loss that Python wrote as NaN or Infinity spoils no line") {
  const std::string line = record(0, 0.5).dump();
  std::string text;
  for (const char* loss : {"NaN", " NaN", "Infinity", " -Infinity"})
    text += line.substr(0, line.size() - 1) + ",\"loss\":" + loss + "}\n";
  const RunLines found = read_lines(text, "x");
  CHECK(found.run.steps.size() == 4);
  CHECK(found.torn == 0);
  CHECK(read_lines("NaN\nInfinity", "x").torn == 2);
}

TEST_CASE("Damaged values make a line foreign, and never end the program") {
  const Folder folder;
  const std::string good = record(0, 0.5).dump() + "\n";
  int number = 0;
  for (const auto& [key, value] : {std::pair<const char*, json>{"step", "x"},
                                   {"step", -1},
                                   {"step", 1e30},
                                   {"step", 1.5},
                                   {"args", 3},
                                   {"args", json::object()}}) {
    json line = record(0, 0.5);
    line[key] = value;
    write_job(folder, "job" + std::to_string(number++), line.dump() + "\n");
  }
  json deep = 1;
  for (int i = 0; i < 50; ++i) deep = json::array({deep});
  write_job(folder, "deep", record(0, 0.5, {{"deep", deep}}).dump() + "\n");
  write_job(folder, "good", good);
  std::filesystem::create_directory(folder / "empty");
  const Results results = read(folder);
  CHECK(results.runs.size() == 1);
  CHECK(results.torn + results.foreign == 7);
}

TEST_CASE("Runs never learned by what their file done says, else by accuracies that never change") {
  const Folder folder;
  const std::string constant =
      record(0, 0.5).dump() + "\n" + record(1, 0.5).dump() + "\n" + record(2, 0.5).dump() + "\n";
  write_job(folder, "a", constant);
  write_job(folder, "b", constant, R"({"never_learned": false})");
  write_job(folder, "c", record(0, 0.5).dump() + "\n", R"({"never_learned": true})");
  write_job(folder, "d", record(0, 0.5).dump() + "\n" + record(1, 0.5).dump() + "\n");
  write_job(folder, "e", constant + record(3, 0.6).dump() + "\n");
  write_job(folder, "f", constant, "");
  std::vector<bool> found;
  for (const RunResult& run : read(folder).runs) found.push_back(run.never_learned);
  CHECK(found == std::vector<bool>{true, false, true, false, false, false});
}

TEST_CASE("Settings that make another method are part of its name") {
  const Folder folder;
  write_job(folder, "a", record(0, 0.5, {{"k_as_first_released", true}, {"algorithm", "SANDMask"}}).dump());
  write_job(folder, "b", record(0, 0.5, {{"combiner", "PCGrad"}}).dump());
  write_job(folder, "c", record(0, 0.5, {{"combiner", ""}, {"mask_update", false}}).dump());
  const Results results = read(folder);
  REQUIRE(results.runs.size() == 3);
  CHECK(results.runs[0].method == "SANDMask, k_as_first_released");
  CHECK(results.runs[1].method == "ERM with PCGrad");
  CHECK(results.runs[2].method == "ERM");
}

TEST_CASE("A directory that does not exist is refused") {
  const Folder folder;
  CHECK_THROWS_AS(read_results({folder / "nowhere"}, sand::Threads(1)), sand::Error);
}

TEST_CASE("A table counts missing, unfinished and dead runs, and can leave out the dead ones") {
  const Folder folder;
  int number = 0;
  const auto job = [&](int hparams_seed, int trial, double accuracy, const std::string& done) {
    write_job(folder, "job" + std::to_string(number++),
              record(0, accuracy, {{"hparams_seed", hparams_seed}, {"trial_seed", trial}}).dump() + "\n",
              done);
  };
  job(0, 0, 0.25, R"({"never_learned": false})");
  job(1, 0, 0.75, R"({"never_learned": true})");
  job(0, 1, 0.5, R"({"never_learned": false})");
  job(1, 1, 0.125, "");
  job(2, 1, 0.125, "done");
  const Results results = read(folder);
  const std::vector<ResultTable> tables = result_tables(results, Selection::oracle, false, {});
  REQUIRE(tables.size() == 1);
  const MethodRow& row = tables[0].rows.at(0);
  CHECK(row.runs == 5);
  CHECK(row.missing == 0);
  CHECK(row.unfinished == 1);
  CHECK(row.never_learned == 1);
  CHECK(row.cells.at(0).trials == std::map<std::int64_t, double>{{0, 0.75}, {1, 0.5}});
  CHECK(row.cells[0].average() == 0.625);
  CHECK(row.cells[0].standard_error() == doctest::Approx(0.125 / std::sqrt(2)));
  const MethodRow living = result_tables(results, Selection::oracle, true, {})[0].rows.at(0);
  CHECK(living.cells.at(0).trials == std::map<std::int64_t, double>{{0, 0.25}, {1, 0.5}});
  CHECK(living.never_learned == 1);
  const std::string text = table_text(tables[0], TableFormat::text);
  CHECK(text.find("ERM                   62.5 +/- 8.8  62.5\n") != std::string::npos);
  CHECK(text.find("colour alone          90.0          90.0\n") != std::string::npos);
  CHECK(text.find("ERM: 5 runs, 1 never learned, 1 unfinished\n") != std::string::npos);
}

TEST_CASE("Planned jobs without results are missing") {
  const Folder folder;
  write_job(folder, "a", record(0, 0.5).dump() + "\n");
  SweepRequest request;
  request.data_sets = {"ColoredMNIST"};
  request.algorithms = {"ERM", "IRM"};
  request.test_sets = {"0"};
  request.hparams = 2;
  const ResultTable table =
      result_tables(read(folder), Selection::training_domain, false, make_jobs(request)).at(0);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].missing == 5);
  CHECK(table.rows[1].missing == 6);
  CHECK(table_text(table, TableFormat::markdown).find("| IRM ") != std::string::npos);
  CHECK(table_text(table, TableFormat::latex).find("\\textbf") == std::string::npos);
  CHECK(table_text(table, TableFormat::latex).find("+90\\%") != std::string::npos);
}

TEST_CASE("A cell without results is an X, also in the average") {
  ResultTable table{"PACS", Selection::oracle, false, {0, 1}, {"A", "C"}, {}};
  table.rows = {{"ERM", {{{{0, 0.5}}}, {}}, {}, {{{0, 0.5}}}, 1}};
  CHECK(table_text(table, TableFormat::text).find("ERM        50.0 +/- 0.0  X  X\n") != std::string::npos);
  CHECK(table_text(table, TableFormat::csv) ==
        "oracle,PACS,ERM,0,A,50,0,1,0,1,0,0,0\noracle,PACS,ERM,1,C,,,0,0,1,0,0,0\n");
}
