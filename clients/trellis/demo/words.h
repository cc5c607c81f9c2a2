// What a made-up trust is filled with: names, concerns and targets. Any likeness is chance.
#pragma once

#include <array>

namespace trellis::cli {

inline constexpr std::array kFirstNames = {
    "Aisha", "Ben",  "Chloe",  "Daniyal", "Ewa",    "Femi",  "Grace", "Harun",  "Isla",  "Jonas",
    "Kezia", "Liam", "Maya",   "Noor",    "Olivia", "Priya", "Quinn", "Rosa",   "Samir", "Tess",
    "Umar",  "Vera", "Wiktor", "Xanthe",  "Yusuf",  "Zoe",   "Siân",  "Tomasz", "Ngozi", "Huw"};

inline constexpr std::array kLastNames = {
    "Adeyemi", "Bello",     "Carter",  "Davies",    "Evans",  "Farouk", "Green",  "Hughes",
    "Ivanova", "Jones",     "Khan",    "Lindqvist", "Morris", "Nowak",  "Okafor", "Patel",
    "Quayle",  "Rahman",    "Silva",   "Taylor",    "Usman",  "Vance",  "Walker", "Xu",
    "Young",   "Zielinski", "O'Neill", "Whitlock",  "Singh",  "Brown"};

inline constexpr std::array kPlaces = {
    "Ashdown",     "Birchwood", "Calder",    "Dunmere",    "Elmfield",  "Fallowgate", "Greenhill",
    "Harrow Lane", "Ivybridge", "Kingsmead", "Larkrise",   "Millbrook", "Northgate",  "Oakley",
    "Parkside",    "Queensway", "Riverside", "Southfield", "Thornbury", "Westcliff"};

inline constexpr std::array kKinds = {"Academy", "High School", "Primary School", "College"};

// An area of concern, and what is done about it.
struct DemoConcern {
  const char* standard_code;
  const char* cause;
  const char* target;
  const char* measure;
  const char* action;
  const char* support;
};

inline constexpr std::array kConcerns = {
    DemoConcern{"7d", "Instructions are given several times before the class settles.",
                "Every lesson begins with the class settled.",
                "An observer sees the class settled within three minutes in four lessons of five.",
                "Observe a colleague's first ten minutes, with a focus on routines.",
                "Weekly coaching on routines for the start of a lesson."},
    DemoConcern{"2a", "Progress of pupils in two classes is not followed from week to week.",
                "Assess what each class has learnt at the end of each topic.",
                "Records of two topics show what was found and what was done about it.",
                "Plan one short test for each topic with the head of department.",
                "A planning hour each fortnight with the head of department."},
    DemoConcern{"5a", "Tasks are the same for all pupils, some of whom finish early.",
                "Adapt one task in each lesson for those who need it.",
                "Three sampled lesson plans in a row show an adapted task.",
                "Adapt one lesson a week together with the SENCo.",
                "Joint planning with the SENCo, one lesson a week."},
    DemoConcern{"6d", "Marked books do not say what a pupil should do next.",
                "Feedback names one next step in every marked piece.",
                "A sample of ten books from each class shows a next step and an answer to it.",
                "Mark one set of books together with the subject lead.",
                "Moderation of one set of books each fortnight."},
    DemoConcern{"4a", "Time is lost between the parts of a lesson.",
                "Each change of task takes less than a minute.",
                "An observer times three changes of task under a minute each.",
                "Rehearse three routines for changes of task.",
                "A paired observation each week, to discuss what is seen."},
    DemoConcern{"3a", "Explanations of new topics leave out what pupils often get wrong.",
                "Plan for one common mistake in each new topic.",
                "Plans of two topics name the mistake and the question that shows it.",
                "Collect common mistakes for the next topic from two colleagues.",
                "Subject coaching before each new topic."}};

// A target of an action plan for the year ahead.
struct DemoTarget {
  const char* statement;
  const char* measure;
  const char* standard_code;
  const char* first_step;
  const char* second_step;
};

inline constexpr std::array kTargets = {
    DemoTarget{"Use cold call in every Year 8 lesson.",
               "A colleague counts 20 different pupils answering in one lesson.", "4a",
               "Plan six questions for each lesson.", "Invite a colleague to count answers."},
    DemoTarget{"Give each pupil in two classes written feedback once a fortnight.",
               "A sample of 10 books shows feedback no older than two weeks.", "6d",
               "Agree a marking calendar for the two classes.",
               "Sample ten books with a colleague."},
    DemoTarget{"Read aloud with the form group for 10 minutes three times a week.",
               "The form's log shows 30 readings by the end of term.", "3c",
               "Choose the first three texts.", "Keep the log of readings."},
    DemoTarget{"Lead one department meeting on retrieval practice.",
               "All 6 colleagues use one of the quizzes within four weeks.", "8d",
               "Write five quizzes.", "Present them at the department meeting."}};

// What was noted of a session.
inline constexpr std::array kNotes = {
    "Watched a film of a lesson's first ten minutes; try the seating plan first.",
    "Routines hold on three days of five; Thursday's last lesson needs a plan of its own.",
    "Marking in lessons; one evening a week without work.",
    "Questions planned beforehand bring more pupils in than questions on the spot."};

}  // namespace trellis::cli
