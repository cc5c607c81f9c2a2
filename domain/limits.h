// How much a plan holds. Each limit is far above what a school needs: a plan in use is some 10 KiB.
// The log's limits (256 KiB an event, 1 MiB a commit) hold beside these.
#pragma once

namespace trellis::domain {

// Characters of a text field that states no limit of its own: about four pages.
inline constexpr int kTextCharactersMax = 10'000;
// Items of a list in a request that states no limit of its own.
inline constexpr int kItemsMax = 100;
// Areas of concern: a plan on more than a handful of standards is no plan.
inline constexpr int kConcernsMax = 20;
// Targets, actions, support, observations and reviews, of each.
inline constexpr int kEntriesMax = 100;
// Outcomes and comments, of each.
inline constexpr int kNotesMax = 500;
// Reminders of one plan or induction: none is ever forgotten, so that each is given once. Three for
// each of its entries, and again for each day that an entry was moved to and stood at for a while.
inline constexpr int kRemindersMax = 5'000;
// Legal holds of one person that stand at once: each is a matter before somebody. Of all that were
// ever placed, kNotesMax.
inline constexpr int kStandingHoldsMax = 20;
// Changes of a ledger's signing key: one a month for longer than any record is kept, and few enough
// that all of them go with each answer of GetCheckpoint.
inline constexpr int kKeyRotationsMax = 500;
// Breaks of the access log that are recorded: each wants somebody who looks into it, so that many
// are one.
inline constexpr int kAccessLogBreaksMax = 500;
// Days after which a record counts as late and needs a reason: a school week and a weekend.
inline constexpr int kLateAfterDays = 7;
// The form's advice: weekly for four weeks.
inline constexpr int kReviewIntervalDays = 7;
inline constexpr int kReviewCount = 4;
// How far ahead a review is planned at most: a little more than the four school years that an
// induction takes at half time.
inline constexpr int kReviewDaysAheadMax = 5 * 366;

}  // namespace trellis::domain
