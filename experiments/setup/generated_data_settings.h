// The settings of digits and of data that are drawn: rows of settings_table.h.
#pragma once

#include "experiments/setup/data_sets.h"
#include "experiments/setup/setting.h"

namespace sand::experiments {

/// `data` is DataRequest or const DataRequest.
template <class Data, class Row>
void visit_generated_data_settings(Data& data, const Row& row) {
  row({"digits", "--digits",
       "images of digit data sets: mnist, fashion-mnist, kmnist, emnist-letters or another split of EMNIST, "
       "emnist for the only split in --data-dir, generated, or auto: MNIST if --data-dir is given (default "
       "auto)"},
      data.digits);
  row(Setting{"digit_count", "--digit-count,--digit_count",
              "number of generated digits; 0: as many as MNIST has (default 0)", 0, 1e6}
          .newer(),
      data.digit_count);
  row(Setting{"signature", "--signature",
              "numbers of the signature of Spirals, the shortcut; 0: none (default 16)", 0, 1024}
          .newer(),
      data.signature);
  row(Setting{"turns", "--turns", "turns of a spiral of Spirals (default 3)", 0.01, 10000}.newer(),
      data.turns);
}

}  // namespace sand::experiments
