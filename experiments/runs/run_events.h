// The event file of a run, for `train --tensorboard`: what TensorBoard shows of a record.
#pragma once

#include "experiments/runs/event_file.h"
#include "experiments/runs/run_directory.h"
#include "experiments/training/training.h"

namespace sand::experiments {

/// Scalars: the numbers of the record's line in metrics.jsonl, the learning rate, seconds per step.
/// Histograms of each parameter tensor: weights after the step, direction and mask of the step. `run` has
/// just made the record.
Event event_of(const Training& run, const Record& record);

/// Begins the event file of a run, or cuts it to the records before its step `next_step`. Throws Error(data)
/// for a file of more than 1 GiB, and what RunDirectory::write throws.
void begin_events(const RunDirectory& directory, int next_step);
/// Appends a record. Throws what RunDirectory::append throws.
void append_event(RunDirectory& directory, const Event& event);

}  // namespace sand::experiments
