#include "experiments/report/run_log.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/curves.h"
#include "experiments/report/mask_charts.h"
#include "experiments/report/setting_tables.h"
#include "tensor/error.h"
#include "tests/folder.h"

using namespace sand;
using namespace sand::experiments;

namespace {

constexpr const char* kRecordOfRun =
    R"({"args": {"dataset": "ColoredMNIST", "algorithm": "SANDMask", "test_envs": [2], "hparams_seed": 0,
        "trial_seed": 0, "steps": 9}, "hparams": {"tau": 0.5, "k": 10}, "numerics": 1, "sandgrad": "0.1.0",
        "number": "float", "cpu": "c", "data": {"source": "s", "domains": [{"name": "+90%"}, {"name": "+80%"},
        {"name": "-90%"}]}, "parameters": [{"name": "linear0.weight"}]})";

std::string metrics_of(int step, const std::string& accuracy) {
  return "{\"step\": " + std::to_string(step) +
         ", \"loss\": 0.5, \"domains\": [{\"name\": \"+90%\", \"in_accuracy\": " + accuracy +
         ", \"in_loss\": 0.25}, {\"name\": \"+80%\", \"in_accuracy\": 0.5, \"out_accuracy\": 0.25}, " +
         "{\"name\": \"-90%\", \"in_accuracy\": 0.125}], \"mask\": {\"total\": {\"closed\": 0.5, "
         "\"partial\": "
         "0.125, \"open\": 0.375, \"sign_balance\": [1, 0, 3]}, \"slots\": {\"linear0.weight\": {\"closed\": "
         "0.5, \"partial\": 0.125, \"open\": 0.375}}}}\n";
}

RunLog log_of(const std::string& record, const std::string& metrics, bool done = true) {
  const testing::Folder folder;
  testing::write_file(folder / "record.json", record);
  if (metrics != "none") testing::write_file(folder / "metrics.jsonl", metrics);
  if (done) testing::write_file(folder / "done", R"({"never_learned": false})");
  return read_run_log(folder.path);
}

bool notes_say(const RunLog& log, const std::string& text) {
  return std::any_of(log.notes.begin(), log.notes.end(),
                     [&](const std::string& note) { return note.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("The log of a run has its names, settings and records") {
  const RunLog log = log_of(kRecordOfRun, metrics_of(0, "0.75") + metrics_of(4, "1"));
  CHECK(log.data_set == "ColoredMNIST");
  CHECK(log.method == "SANDMask");
  CHECK(log.domains == std::vector<std::string>{"+90%", "+80%", "-90%"});
  CHECK(log.is_test(2));
  CHECK_FALSE(log.is_test(0));
  CHECK(log.tau == 0.5);
  REQUIRE(log.records.size() == 2);
  CHECK(log.records[0].in[0].score == 0.75);
  CHECK(log.records[0].in[0].loss == 0.25);
  CHECK(log.records[1].out[1].score == 0.25);
  CHECK(log.records[1].mask.open == 0.375);
  CHECK(log.records[1].tensors.at(0).partial == 0.125);
  CHECK(log.records[1].mask.balance == std::vector<double>{1, 0, 3});
  CHECK(log.finished);
  CHECK(mean_score(log, log.records[0], false, false) == 0.625);
  CHECK(mean_score(log, log.records[0], true, false) == 0.125);
}

TEST_CASE("A directory without record.json is an error, and so is a record that is no object") {
  const testing::Folder folder;
  CHECK_THROWS_WITH_AS(read_run_log(folder.path), doctest::Contains("the directory holds no run"), Error);
  testing::write_file(folder / "record.json", "{\"args\":");
  CHECK_THROWS_WITH_AS(read_run_log(folder.path), doctest::Contains("no JSON object"), Error);
}

TEST_CASE("A run that has only begun has notes in place of curves") {
  const RunLog log = log_of(kRecordOfRun, "none", false);
  CHECK(notes_say(log, "no metrics.jsonl yet"));
  CHECK(notes_say(log, "not finished"));
  CHECK(curve_charts(log).empty());
  CHECK(mask_charts(log).empty());
  CHECK(agreement_charts(log).empty());
}

TEST_CASE("Records of another shape are read as far as they go") {
  const RunLog log = log_of(R"({"args": 3, "hparams": [], "parameters": {}, "data": "x"})",
                            "{\"step\": 1, \"domains\": [3, {\"name\": 4}], \"mask\": 1, \"loss\": \"x\"}\n"
                            "{\"step\": \"x\"}\n{\"step\": 1}\n{\"step\": 3}\n");
  CHECK(notes_say(log, "no arguments of a run"));
  CHECK(notes_say(log, "an unknown version of the arithmetic"));
  CHECK(notes_say(log, "metrics.jsonl: 2 of its lines have no step"));
  CHECK(log.records.size() == 2);
  CHECK(std::isnan(log.records[0].loss));
  CHECK(curve_charts(log).size() == 2);
}

TEST_CASE("A torn last line is left out with a note") {
  const RunLog log = log_of(kRecordOfRun, metrics_of(0, "0.75") + "{\"step\": 4, \"lo");
  CHECK(log.records.size() == 1);
  CHECK(notes_say(log, "metrics.jsonl: 1 of its lines are no whole JSON object"));
}

TEST_CASE("Accuracies that are null or NaN are gaps") {
  const RunLog log = log_of(kRecordOfRun, metrics_of(0, "null") + metrics_of(1, "NaN"));
  CHECK(std::isnan(log.records[0].in[0].score));
  CHECK(std::isnan(log.records[1].in[0].score));
  CHECK(log.records[1].in[1].score == 0.5);
}

TEST_CASE("Ten thousand records become fewer, evenly spread, with the first and the last") {
  std::string lines;
  for (int step = 0; step < 10000; ++step) lines += metrics_of(step, "0.5");
  const RunLog log = log_of(kRecordOfRun, lines);
  CHECK(log.lines == 10000);
  CHECK(log.records.size() <= kMostRecords);
  CHECK(log.records.size() >= kMostRecords / 2);
  CHECK(log.records.front().step == 0);
  CHECK(log.records.back().step == 9999);
  for (std::size_t i = 2; i + 1 < log.records.size(); ++i)
    REQUIRE(log.records[i].step - log.records[i - 1].step == log.records[1].step);
}

TEST_CASE("The curves of a coloured run name its ceilings and its test domain") {
  const std::vector<Chart> charts =
      curve_charts(log_of(kRecordOfRun, metrics_of(0, "0.75") + metrics_of(4, "1")));
  REQUIRE(charts.size() == 2);
  bool shape = false;
  for (const Figure& figure : charts[0].drawing.figures)
    if (const auto* words = std::get_if<Words>(&figure))
      shape = shape || words->text == "shape alone, at most, test domain 75.0%";
  CHECK(shape);
  CHECK(charts[0].about.find("-90% (test) 12.5%") != std::string::npos);
  CHECK(charts[0].table.rows.back() == std::vector<std::string>{"4", "100.0%", "50.0%", "25.0%", "12.5%"});
}

TEST_CASE("Masks and agreement of a run have their numbers in tables") {
  const RunLog log = log_of(kRecordOfRun, metrics_of(0, "0.75") + metrics_of(4, "1"));
  const std::vector<Chart> masks = mask_charts(log), agreement = agreement_charts(log);
  REQUIRE(masks.size() == 3);
  CHECK(masks[0].table.rows.back() == std::vector<std::string>{"4", "50.0%", "12.5%", "37.5%"});
  CHECK(masks[1].table.rows[0] == std::vector<std::string>{"linear0.weight", "50.0%", "50.0%"});
  CHECK(masks[2].table.rows[0] == std::vector<std::string>{"linear0.weight", "75.0%", "75.0%"});
  REQUIRE(agreement.size() == 2);
  CHECK(agreement[0].table.rows[2] == std::vector<std::string>{"1", "2", "3", "75.0%"});
  CHECK(agreement[0].about.find("dashed line is tau") != std::string::npos);
}

TEST_CASE("Only settings that differ are in the table of differences") {
  RunLog a = log_of(kRecordOfRun, ""), b = a;
  a.label = "a", b.label = "b";
  CHECK(setting_differences({a, b}).rows.empty());
  for (auto& [name, value] : b.settings)
    if (name == "hparams k") value = "7";
  b.settings.emplace_back("zeta", "1");
  CHECK(setting_differences({a, b}).rows ==
        std::vector<std::vector<std::string>>{{"hparams k", "10", "7"}, {"zeta", "-", "1"}});
  CHECK(all_settings({a}).rows.size() == a.settings.size());
}

TEST_CASE("The label of a run is the last part of its path, escaped") {
  CHECK(folder_label("runs/erm/") == "erm");
  CHECK(folder_label("runs/./erm") == "erm");
  CHECK(folder_label("runs/e\x1b\nrm") == "e\\x1b\\x0arm");
  CHECK(folder_label(".") == "run");
}
