#include "rendering/subject_page.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trellis::rendering {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::SubjectFile File() {
  v1::SubjectFile file;
  file.set_person("people/x");
  return file;
}

TEST(SubjectFileAsHtml, IsAboutSomebodyByName) {
  v1::Person person;
  person.set_full_name("Sam <Okafor>");
  EXPECT_THAT(
      SubjectFileAsHtml(File(), person),
      AllOf(HasSubstr("<h1>What is held about Sam &lt;Okafor&gt;</h1>"), Not(HasSubstr("Erased"))));
}

TEST(SubjectFileAsHtml, SaysFirstThatThePersonWasErased) {
  v1::Person person;
  person.mutable_erase_time()->set_seconds(1665560700);
  EXPECT_THAT(SubjectFileAsHtml(File(), person),
              AllOf(HasSubstr("<h1>What is held about people/x</h1>"),
                    HasSubstr("<strong>Erased on 12 Oct 2022, 08:45.</strong>")));
}

}  // namespace
}  // namespace trellis::rendering
