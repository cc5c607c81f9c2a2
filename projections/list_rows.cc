#include "projections/list_rows.h"

#include "projections/access_index.h"
#include "projections/action_plan_list.h"
#include "projections/caseload.h"
#include "projections/diary_index.h"
#include "projections/erasure_index.h"
#include "projections/induction_list.h"
#include "projections/reminder_index.h"
#include "projections/retention_index.h"
#include "projections/role_list.h"
#include "projections/school_list.h"

namespace trellis::projections {

void AddListRows(const google::protobuf::Message& state, bool is_new, Rows& rows) {
  AddDiaryRows(state, is_new, rows);
  AddReminderRow(state, rows);
  AddAccessRows(state, rows);
  AddErasureRow(state, rows);
  AddRetentionRows(state, rows);
  const google::protobuf::Descriptor* const type = state.GetDescriptor();
  if (type == v1::SupportPlan::descriptor()) {
    AddCaseloadRow(static_cast<const v1::SupportPlan&>(state), is_new, rows);
  } else if (type == v1::ActionPlan::descriptor()) {
    AddActionPlanRow(static_cast<const v1::ActionPlan&>(state), is_new, rows);
  } else if (type == v1::Induction::descriptor()) {
    AddInductionRow(static_cast<const v1::Induction&>(state), rows);
  } else if (type == v1::Person::descriptor()) {
    AddRoleRows(static_cast<const v1::Person&>(state), rows);
  } else if (type == v1::SchoolRecord::descriptor()) {
    AddSchoolRows(static_cast<const v1::SchoolRecord&>(state), rows);
  }
}

}  // namespace trellis::projections
