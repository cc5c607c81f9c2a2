#include "vault/key_cache.h"

#include "gtest/gtest.h"

namespace trellis::vault {
namespace {

TEST(KeyCacheTest, ForgetsWhatWasNotUsedForLongest) {
  KeyCache cache(2);
  const DataKey first = DataKey::Generate();
  cache.Put(1, first);
  cache.Put(2, DataKey::Generate());
  ASSERT_TRUE(cache.Find(1).has_value());
  cache.Put(3, DataKey::Generate());
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_FALSE(cache.Find(2).has_value());
  ASSERT_TRUE(cache.Find(1).has_value());
  EXPECT_EQ(cache.Find(1)->id(), first.id());
  EXPECT_TRUE(cache.Find(3).has_value());
}

TEST(KeyCacheTest, ForgetsWhatItIsToldTo) {
  KeyCache cache(2);
  cache.Put(1, DataKey::Generate());
  cache.Forget(1);
  cache.Forget(7);
  EXPECT_FALSE(cache.Find(1).has_value());
  EXPECT_EQ(cache.size(), 0U);
}

TEST(KeyCacheTest, ReplacesAKey) {
  KeyCache cache(2);
  cache.Put(1, DataKey::Generate());
  const DataKey second = DataKey::Generate();
  cache.Put(1, second);
  EXPECT_EQ(cache.Find(1)->id(), second.id());
  EXPECT_EQ(cache.size(), 1U);
}

}  // namespace
}  // namespace trellis::vault
