#include "experiments/setup/own_data.h"

#include <doctest/doctest.h>

#include "experiments/setup/settings.h"
#include "tensor/error.h"

using namespace sand::experiments;

namespace {

std::string own_refusal(const RunRequest& request) {
  try {
    resolve(request);
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("A user's own data are trained as DomainBed trains vectors") {
  for (const char* name : {"table", "Arrays"}) {
    RunRequest request;
    request.data.name = name;
    const Settings settings = resolve(request);
    CHECK(std::string(settings.protocol.name) == "domainbed");
    CHECK(settings.model == "MLP");
    CHECK(settings.hparams.at("lr") == 1e-2);
    CHECK(settings.hparams.at("weight_decay") == 1e-3);
    CHECK(settings.hparams.at("batch_size") == 256);
  }
}

TEST_CASE("Flags of a user's own data are refused for other data sets, and unknown names always") {
  RunRequest request;
  request.data.own.file = "t.csv";
  CHECK(own_refusal(request) == "--data-file: is for --dataset Table or Arrays\n    data set Spirals");
  request.data.name = "Arrays";
  CHECK(own_refusal(request).empty());
  const auto refused_for_arrays = [&](const char* flag, const auto& change) {
    RunRequest changed = request;
    change(changed.data.own);
    CHECK(own_refusal(changed) == std::string(flag) + ": is for --dataset Table\n    data set Arrays");
    changed.data.name = "Table";
    CHECK(own_refusal(changed).empty());
  };
  using Own = OwnDataRequest;
  refused_for_arrays("--domain-column", [](Own& own) { own.domain_column = "x"; });
  refused_for_arrays("--label-column", [](Own& own) { own.label_column = "x"; });
  refused_for_arrays("--drop-columns", [](Own& own) { own.drop_columns = {"x"}; });
  refused_for_arrays("--one-hot", [](Own& own) { own.one_hot = {"x"}; });
  refused_for_arrays("--missing", [](Own& own) { own.missing = "Mean"; });
  refused_for_arrays("--separator", [](Own& own) { own.separator = "tab"; });
  refused_for_arrays("--decimal-comma", [](Own& own) { own.decimal_comma = true; });
  request.data.own.missing = "median";
  CHECK(own_refusal(request).starts_with("missing: no such name\n    found median"));
  request.data.own.missing = "refuse";
  request.data.own.separator = "::";
  CHECK(own_refusal(request).starts_with("separator: must be auto, comma, semicolon, tab or bar"));
}

TEST_CASE("Numbers and labels have a loss of their own under every protocol") {
  RunRequest request;
  request.data.name = "Table";
  for (const char* protocol : {"auto", "ilc"}) {
    request.protocol_name = protocol;
    request.data.own.task = "regress";
    CHECK(std::string(resolve(request).protocol.objective) == "SquaredError");
    CHECK(task_of(resolve(request)) == sand::domains::Task::regress);
    request.data.own.task = "multilabel";
    CHECK(std::string(resolve(request).protocol.objective) == "MultiLabelCrossEntropy");
  }
}

TEST_CASE("A method that cannot train on numbers says so with the reason, and --init-partial needs a file") {
  RunRequest request;
  request.data.name = "Table";
  request.algorithm = "SD";
  request.data.own.task = "multilabel";
  CHECK(own_refusal(request) == "");
  request.data.own.task = "regress";
  CHECK(own_refusal(request) ==
        "SD: cannot train on numbers to predict (--task regress)\n    reason it keeps logits small, and "
        "numbers "
        "to predict are no logits");
  request.algorithm = "IRM";
  CHECK(own_refusal(request) == "");
  request.init_partial = true;
  CHECK(own_refusal(request).starts_with("--init-partial: needs --init-from"));
}

TEST_CASE("Names are resolved to one spelling, and DomainBed's task is to classify") {
  OwnDataRequest request;
  request.missing = "MEAN";
  request.separator = ";";
  request.task = "domain_generalization";
  const OwnDataRequest resolved = resolve_own_data(request, "Table");
  CHECK(resolved.missing == "mean");
  CHECK(resolved.separator == "semicolon");
  CHECK(resolved.task == "classify");
  request.separator = "auto";
  CHECK(resolve_own_data(request, "Table").separator == "auto");
}
