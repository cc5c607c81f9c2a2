// A subscription's progress as it is stored, and setting it back.
#pragma once

#include "queue/deliveries.h"
#include "trellis/queue/v1/stored.pb.h"

namespace trellis::queue {

v1::Cursor ToCursor(const Progress& progress);

// The reverse. What makes no sense (a run of no numbers) is left out: then more is delivered.
Progress FromCursor(const v1::Cursor& cursor);

// Forgets everything above `last`.
void CutAbove(Number last, Progress& progress);

}  // namespace trellis::queue
