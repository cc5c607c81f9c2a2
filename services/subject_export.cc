#include "services/subject_export.h"

#include <google/protobuf/util/json_util.h>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "domain/aggregate.h"
#include "domain/codec.h"
#include "domain/erasure.h"
#include "domain/requires.h"
#include "projections/stored_event.h"
#include "rendering/sentence.h"
#include "rendering/subject_page.h"
#include "rendering/words.h"
#include "services/file_stream.h"
#include "trellis/v1/options.pb.h"
#include "trellis/v1/party.pb.h"
#include "trellis/v1/subject_export.pb.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;
using eventstore::Record;
using projections::StateRowPointer;

constexpr eventstore::Revision kRecordsPerPage = 32;
constexpr int kLooksPerPage = 1'000;

std::string RoleText(absl::string_view role) {
  return absl::StrCat("(", absl::StrReplaceAll(role, {{"_", " "}}), ")");
}

// Whose name is not the subject's is their role: that of the field that has them.
void HideOther(v1::Party& party, absl::string_view role, absl::string_view subject) {
  if (party.person() == subject) return;
  party.clear_person();
  party.set_name(RoleText(role));
}
void HideOther(v1::Supporter& supporter, absl::string_view subject) {
  if (supporter.person().empty() && supporter.name().empty()) return;
  if (supporter.person() == subject) return;
  supporter.clear_person();
  supporter.clear_name();
  if (supporter.role().empty()) supporter.set_role(RoleText("supporter"));
}

void HideOthers(pb::Message& message, absl::string_view subject);

void HideOthersIn(pb::Message& part, const pb::FieldDescriptor& field, absl::string_view subject) {
  if (part.GetDescriptor() == v1::Party::descriptor()) {
    return HideOther(static_cast<v1::Party&>(part), field.name(), subject);
  }
  if (part.GetDescriptor() == v1::Supporter::descriptor()) {
    return HideOther(static_cast<v1::Supporter&>(part), subject);
  }
  HideOthers(part, subject);
}

void HideOthers(pb::Message& message, absl::string_view subject) {
  const pb::Reflection& reflection = *message.GetReflection();
  std::vector<const pb::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const pb::FieldDescriptor* const field : fields) {
    if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map()) {
      const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        HideOthersIn(field->is_repeated() ? *reflection.MutableRepeatedMessage(&message, field, i)
                                          : *reflection.MutableMessage(&message, field),
                     *field, subject);
      }
      continue;
    }
    const bool is_person = field->type() == pb::FieldDescriptor::TYPE_STRING &&
                           field->options().GetExtension(v1::rules).format() == v1::PERSON;
    if (!is_person || field->is_repeated()) continue;
    if (reflection.GetString(message, field) != subject) reflection.ClearField(&message, field);
  }
}

class Export {
 public:
  Export(const Rooms& rooms, const v1::Person& subject)
      : rooms_(rooms), subject_(subject), person_(subject.name()) {
    file_.set_person(person_);
    *file_.mutable_export_time() = ToTimestamp(rooms.clock.Now());
  }

  absl::Status AddRecord(const std::string& name) {
    v1::SubjectRecord& record = *file_.add_records();
    record.set_name(name);
    for (eventstore::Revision first = 1;; first += kRecordsPerPage) {
      ASSIGN_OR_RETURN(const std::vector<Record> page,
                       rooms_.log.ReadStream(name, first, first + kRecordsPerPage - 1));
      for (const Record& stored : page) RETURN_IF_ERROR(AddEvent(stored, record));
      if (page.size() < kRecordsPerPage) return absl::OkStatus();
    }
  }

  // The grants of a record say who else may look.
  absl::Status AddGrants(const std::string& record) {
    ASSIGN_OR_RETURN(const auto grants, rooms_.views.GrantsOfRecord(record));
    for (const std::string& grant : grants) RETURN_IF_ERROR(AddRecord(grant));
    return absl::OkStatus();
  }

  absl::Status AddLooks(access::AccessLog& log) {
    RETURN_IF_ERROR(log.Flush());
    for (int64_t before = 0;;) {
      ASSIGN_OR_RETURN(access::AccessPage page, log.List(person_, kLooksPerPage, before));
      for (v1::AccessEntry& entry : page.entries) {
        if (entry.reader() != person_) entry.clear_reader();
        entry.clear_on_behalf_of();
        bytes_ += entry.ByteSizeLong();
        *file_.add_looks() = std::move(entry);
      }
      RETURN_IF_ERROR(CheckSize());
      if (page.next == 0) return absl::OkStatus();
      before = page.next;
    }
  }

  absl::StatusOr<std::string> Finish(v1::ExportSubjectRequest::OutputFormat format) const {
    if (format == v1::ExportSubjectRequest::HTML) {
      return rendering::SubjectFileAsHtml(file_, subject_);
    }
    pb::util::JsonPrintOptions options;
    options.add_whitespace = true;
    std::string json;
    const auto status = pb::util::MessageToJsonString(file_, &json, options);
    if (status.ok()) return json;
    return absl::InternalError(absl::StrCat("no JSON of the file: ", status.ToString()));
  }

 private:
  // Who was erased has a part as others have, and no name.
  std::string Who(const eventstore::Origin& origin) const {
    if (origin.actor == person_ && !subject_.full_name().empty()) return subject_.full_name();
    return absl::StrCat("The ", rendering::EnumInWords(static_cast<v1::Capacity>(origin.capacity)));
  }

  absl::Status AddEvent(const Record& stored, v1::SubjectRecord& record) {
    ASSIGN_OR_RETURN(const std::unique_ptr<pb::Message> event,
                     projections::EventOf(rooms_.vault, stored));
    HideOthers(*event, person_);
    const pb::FieldDescriptor* const name = event->GetDescriptor()->FindFieldByName("actor_name");
    if (name != nullptr && stored.header.origin.actor != person_) {
      event->GetReflection()->ClearField(event.get(), name);
    }
    v1::SubjectEvent& added = *record.add_events();
    added.set_revision(static_cast<int64_t>(stored.header.revision));
    *added.mutable_record_time() = ToTimestamp(stored.header.recorded_at);
    added.set_who(Who(stored.header.origin));
    // What stands in its place would say that whoever recorded it has erased it.
    const bool erased = domain::TypeOf(*event) != stored.header.type;
    added.set_what(erased ? "recorded what was erased since." : rendering::Sentence(*event));
    added.mutable_event()->PackFrom(*event);
    bytes_ += added.ByteSizeLong();
    return CheckSize();
  }

  absl::Status CheckSize() const {
    if (bytes_ <= kSubjectFileBytesMax) return absl::OkStatus();
    return domain::Refusal("SUBJECT_TOO_LARGE", person_,
                           absl::StrCat("what is held about ", person_, " has more than ",
                                        kSubjectFileBytesMax, " bytes"));
  }

  const Rooms& rooms_;
  const v1::Person& subject_;
  const std::string& person_;
  v1::SubjectFile file_;
  size_t bytes_ = 0;
};

absl::StatusOr<std::string> MakeFile(const Rooms& rooms, access::AccessLog& log,
                                     const v1::ExportSubjectRequest& request) {
  const std::string& person = request.person();
  ASSIGN_OR_RETURN(const StateRowPointer row, rooms.views.FindRow(person));
  if (row == nullptr) return domain::NotFound(person);
  Export made(rooms, row->as<v1::Person>());
  RETURN_IF_ERROR(made.AddRecord(person));
  ASSIGN_OR_RETURN(const auto streams, rooms.views.StreamsOfPerson(person));
  for (const std::string& stream : streams) {
    ASSIGN_OR_RETURN(const StateRowPointer state, rooms.views.FindRow(stream));
    // In somebody else's record the person only has a part.
    if (state == nullptr || domain::DataSubjectOf(*state->state) != person) continue;
    RETURN_IF_ERROR(made.AddRecord(stream));
    RETURN_IF_ERROR(made.AddGrants(stream));
  }
  RETURN_IF_ERROR(made.AddLooks(log));
  return made.Finish(request.output_format());
}

}  // namespace

AnsweringHandler SubjectHandler(const Rooms& rooms, access::AccessLog& log) {
  return FileHandler<v1::ExportSubjectRequest>(
      kSubjectExportsMax, [rooms, &log](const Admission&, const v1::ExportSubjectRequest& request) {
        return MakeFile(rooms, log, request);
      });
}

}  // namespace trellis::services
