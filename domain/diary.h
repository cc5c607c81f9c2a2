// What is dated in a plan or an induction, as entries of a diary; and how much that is for an ECT.
// Pure: follows from the states and the day alone.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "google/protobuf/message.h"
#include "trellis/v1/diary.pb.h"
#include "trellis/v1/diary_service.pb.h"

namespace trellis::domain {

// The entries of `state`, a message of any aggregate, as of `today`, in no particular order. An
// aggregate without dates has none. Entries that were struck out are CANCELLED.
std::vector<v1::DiaryEntry> DiaryOf(const google::protobuf::Message& state, absl::CivilDay today);

// True if the entry is still to be done: planned, overdue or held back.
bool IsOpen(const v1::DiaryEntry& entry);

// False for what is done by its day, because that it was held is recorded elsewhere or nowhere: the
// review in the autumn, and that of a document of one's own.
bool CanBeOverdue(const v1::DiaryEntry& entry);

// The entries in a diary's order: what is overdue first, oldest first; then the rest by date. Those
// of one day by uid, so that the order is always the same.
void SortDiary(std::vector<v1::DiaryEntry>& entries);

// How much `request.ect` has on their hands in all of `states`.
v1::Workload WorkloadOf(const v1::GetWorkloadRequest& request,
                        const std::vector<const google::protobuf::Message*>& states,
                        absl::CivilDay today);

}  // namespace trellis::domain
