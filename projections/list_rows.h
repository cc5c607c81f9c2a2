// The rows that lists, diary and reminders have of a state, of whatever aggregate.
#pragma once

#include "google/protobuf/message.h"
#include "projections/view_store.h"

namespace trellis::projections {

// Adds the rows of `state`. `is_new`: none of its rows are written yet. Rows of an earlier state
// that this one has not stay as they are: whoever finds something by them looks at it.
void AddListRows(const google::protobuf::Message& state, bool is_new, Rows& rows);

}  // namespace trellis::projections
