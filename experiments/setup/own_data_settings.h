// The settings of a user's own data: rows of settings_table.h.
#pragma once

#include "experiments/setup/setting.h"

namespace sand::experiments {

/// `data` is DataRequest::own.
template <class Own, class Row>
void visit_own_data_settings(Own& data, const Row& row) {
  row(
      Setting{
          "data_file", "--data-file,--data_file",
          "a user's own data: a file .csv or .csv.gz for Table; for Arrays a file .safetensors, or a folder "
          "with x.npy, y.npy and domain.npy (default: none)"}
          .place()
          .newer(),
      data.file);
  row(Setting{"domain_column", "--domain-column,--domain_column",
              "column of a table that names the domain of a row (default domain)"}
          .newer(),
      data.domain_column);
  row(Setting{"label_column", "--label-column,--label_column",
              "column of a table with the label of a row; several, with commas between them, for regress "
              "and multilabel (default label)"}
          .newer(),
      data.label_column);
  row(Setting{"drop_columns", "--drop-columns,--drop_columns",
              "columns of a table that are left out (default: none)"}
          .newer(),
      data.drop_columns);
  row(Setting{"one_hot", "--one-hot,--one_hot",
              "columns of a table with words: an input for each different word (default: none)"}
          .newer(),
      data.one_hot);
  row(Setting{"missing", "--missing",
              "what to do with missing cells of a table: refuse them, or mean: take the mean of the training "
              "domains (default refuse)"}
          .newer(),
      data.missing);
  row(
      Setting{
          "separator", "--separator",
          "character between the cells of a table: comma, semicolon, tab, bar, or auto: detected (default "
          "auto)"}
          .newer(),
      data.separator);
  row(Setting{"decimal_comma", "--decimal-comma", "read numbers of a table that are written 3,14"}.newer(),
      data.decimal_comma);
  row(
      Setting{
          "table_task", "--task",
          "what the network predicts: classify: a class, regress: numbers, or multilabel: labels of 0 and 1 "
          "(default classify)"}
          .newer(),
      data.task);
}

}  // namespace sand::experiments
