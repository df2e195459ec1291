// How this program was built and where it runs: for records, bug reports and auditors. It affects no number.
#pragma once

#include <string>

namespace sand::experiments {

struct Build {
  const char* version;   ///< "0.1.0"
  const char* commit;    ///< git commit when the build was configured, with "-dirty" for local changes;
                         ///< "unknown" without git
  const char* compiler;  ///< "GNU 12.2.0"
  const char* flags;     ///< of the library's plain sources
};
Build build();

std::string cpu_model();  ///< "AMD EPYC 7B13"; "unknown" if the system does not say

}  // namespace sand::experiments
