// A user's own data: a table, or arrays.
#pragma once

#include <string>
#include <vector>

#include "domains/domain.h"
#include "domains/tables/table.h"
#include "tensor/threads.h"

namespace sand::experiments {

/// Whether a data set (spelled as in data_set_names()) is a user's own table or arrays.
bool is_own_data(const std::string& name);

/// The task of a name in OwnDataRequest.
domains::Task task_named(const std::string& name);

/// Names are in any case.
struct OwnDataRequest {
  std::string file;  ///< of a table, .csv or .csv.gz; of arrays, .safetensors or a folder of .npy files
  std::string domain_column = "domain",
              label_column = "label";  ///< of a table, like all that follows but task
  std::vector<std::string> drop_columns, one_hot;
  std::string missing = "refuse";  ///< or "mean"
  std::string separator = "auto";  ///< or "comma", "semicolon", "tab", "bar"
  bool decimal_comma = false;
  std::string task =
      "classify";  ///< or "regress", "multilabel"; DomainBed's "domain_generalization" is "classify"
};

/// The request with its names as they are spelled here. Throws Error(usage) for unknown names and, unless
/// `data_set` is a user's own, for a request that is not the default.
OwnDataRequest resolve_own_data(const OwnDataRequest& request, const std::string& data_set);

/// How a table is read, without memory, progress and notes. Names are spelled as here.
domains::TableOptions table_options(const OwnDataRequest& request);

/// Reads the data set Table or Arrays. Prints progress and notes to stderr. Throws what reading the file
/// throws.
domains::DataSet own_data(const std::string& name, const OwnDataRequest& request, const Threads& threads);

}  // namespace sand::experiments
