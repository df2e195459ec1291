// The version of Sandgrad: the only place that states it. CMake and the program read it here.
#pragma once

#define SANDGRAD_VERSION_MAJOR 0
#define SANDGRAD_VERSION_MINOR 1
#define SANDGRAD_VERSION_PATCH 0
#define SANDGRAD_VERSION "0.1.0"
