// All losses; each has its own header in nn/objectives/.
#pragma once

#include "nn/objectives/binary_cross_entropy.h"
#include "nn/objectives/cross_entropy.h"
#include "nn/objectives/squared_error.h"
