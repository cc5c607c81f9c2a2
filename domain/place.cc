#include "domain/place.h"

#include "domain/action_plan.h"
#include "domain/induction_rules.h"
#include "domain/support_plan.h"

namespace trellis::domain {

bool IsAtASchool(const google::protobuf::Message& state) {
  const google::protobuf::Descriptor* const type = state.GetDescriptor();
  return type == v1::SupportPlan::descriptor() || type == v1::ActionPlan::descriptor() ||
         type == v1::Induction::descriptor();
}

std::string SchoolUrnOf(const google::protobuf::Message& state) {
  const google::protobuf::Descriptor* const type = state.GetDescriptor();
  if (type == v1::SupportPlan::descriptor()) {
    return static_cast<const v1::SupportPlan&>(state).school().urn();
  }
  if (type == v1::ActionPlan::descriptor()) {
    return static_cast<const v1::ActionPlan&>(state).school().urn();
  }
  if (type == v1::Induction::descriptor()) {
    const auto* const school = LastOf(static_cast<const v1::Induction&>(state).schools());
    return school == nullptr ? "" : school->school().urn();
  }
  return "";
}

}  // namespace trellis::domain
