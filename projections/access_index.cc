#include "projections/access_index.h"

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/status_macros.h"
#include "projections/listing.h"
#include "trellis/v1/access_grant.pb.h"
#include "trellis/v1/directory.pb.h"
#include "trellis/v1/service_account.pb.h"

namespace trellis::projections {
namespace {

// Of a digest: issuers and subjects may hold any character.
std::string IdentityPrefix(absl::string_view issuer, absl::string_view subject) {
  const Digest digest = Sha256(absl::StrCat(issuer.size(), " ", issuer), subject);
  return absl::StrCat("xi", AsBytes(digest));
}
std::string CertificatePrefix(absl::string_view name) {
  return absl::StrCat("xc", AsBytes(Sha256("certificate ", name)));
}
std::string GrantPrefix(absl::string_view record) { return absl::StrCat("xg", record, kKeyEnd); }

constexpr char kAccountPrefix[] = "xa";

absl::StatusOr<std::vector<std::string>> NamesUnder(const ViewStore& store,
                                                    const std::string& prefix) {
  std::vector<std::string> names;
  RETURN_IF_ERROR(store.Scan(prefix, "", [&](absl::string_view key, absl::string_view) {
    names.emplace_back(key.substr(prefix.size()));
    return true;
  }));
  return names;
}

}  // namespace

void AddAccessRows(const google::protobuf::Message& state, Rows& rows) {
  const google::protobuf::Descriptor* const type = state.GetDescriptor();
  if (type == v1::Person::descriptor()) {
    const auto& person = static_cast<const v1::Person&>(state);
    for (const v1::PersonIdentity& identity : person.identities()) {
      rows[IdentityPrefix(identity.issuer(), identity.subject()) + person.name()] = "";
    }
  } else if (type == v1::ServiceAccount::descriptor()) {
    const auto& account = static_cast<const v1::ServiceAccount&>(state);
    for (const v1::ServiceIdentity& identity : account.facts().identities()) {
      rows[IdentityPrefix(identity.issuer(), identity.subject()) + account.name()] = "";
    }
    rows[kAccountPrefix + account.name()] = "";
    for (const std::string& name : account.facts().certificate_names()) {
      rows[CertificatePrefix(name) + account.name()] = "";
    }
  } else if (type == v1::AccessGrant::descriptor()) {
    const auto& grant = static_cast<const v1::AccessGrant&>(state);
    rows[GrantPrefix(grant.record()) + grant.name()] = "";
  }
}

absl::StatusOr<std::vector<std::string>> HoldersOfIdentity(const ViewStore& store,
                                                           absl::string_view issuer,
                                                           absl::string_view subject) {
  return NamesUnder(store, IdentityPrefix(issuer, subject));
}

absl::StatusOr<std::vector<std::string>> HoldersOfCertificate(const ViewStore& store,
                                                              absl::string_view name) {
  return NamesUnder(store, CertificatePrefix(name));
}

absl::StatusOr<std::vector<std::string>> ServiceAccounts(const ViewStore& store) {
  return NamesUnder(store, kAccountPrefix);
}

absl::StatusOr<std::vector<std::string>> GrantsOfRecord(const ViewStore& store,
                                                        absl::string_view record) {
  return NamesUnder(store, GrantPrefix(record));
}

}  // namespace trellis::projections
