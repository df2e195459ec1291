// How this program was made, and where it runs: for records, bug reports and auditors. Decides no number.
#pragma once

#include <string>

namespace sand::experiments {

struct Build {
  const char* version;  ///< "0.1.0"
  const char* commit;   ///< of git, when the build was configured; "-dirty" at its end for changes; "unknown"
                        ///< without git
  const char* compiler;  ///< "GNU 12.2.0"
  const char* flags;     ///< of the library's plain sources
};
Build build();

std::string cpu_model();  ///< "AMD EPYC 7B13"; "unknown" where the system does not say

}  // namespace sand::experiments
