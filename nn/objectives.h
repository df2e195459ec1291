// All losses; each has its own header in nn/objectives/.
#pragma once

#include "nn/domain_objective_card.h"
#include "nn/objectives/binary_cross_entropy.h"
#include "nn/objectives/cross_entropy.h"
#include "nn/objectives/multi_label_cross_entropy.h"
#include "nn/objectives/squared_error.h"
// Over whole domains:
#include "nn/objectives/caus_irl.h"
#include "nn/objectives/coral.h"
#include "nn/objectives/eqrm.h"
#include "nn/objectives/fishr.h"
#include "nn/objectives/group_dro.h"
#include "nn/objectives/ib_erm.h"
#include "nn/objectives/ib_irm.h"
#include "nn/objectives/irm.h"
#include "nn/objectives/mmd.h"
#include "nn/objectives/rdm.h"
#include "nn/objectives/sd.h"
#include "nn/objectives/vrex.h"
