// Files of API keys: what is written is read again, and every slip is named with its place.
#include "app/key_list.h"

#include <gtest/gtest.h>

#include "crypto/random.h"

namespace cocoon::app {
namespace {

const std::string kHash(64, 'a');

TEST(KeyList, IsReadAsItWasWritten) {
  std::vector<client::KeyGrant> keys(2);
  keys[0].name = "alice@example.org";
  keys[0].hash.fill(1);
  keys[0].budget = base::Nanoton(1'500'000'000);
  keys[0].requests_per_minute = 60;
  keys[0].tokens_per_minute = 100'000;
  keys[1].name = "bob";
  keys[1].hash.fill(2);
  const auto read = parse_key_list(key_list_text(keys), "keys.toml");
  ASSERT_TRUE(read) << read.error().message();
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].name, "alice@example.org");
  EXPECT_EQ((*read)[0].budget, base::Nanoton(1'500'000'000));
  EXPECT_EQ((*read)[0].requests_per_minute, 60);
  EXPECT_EQ((*read)[0].tokens_per_minute, 100'000);
  EXPECT_EQ((*read)[1].hash, keys[1].hash);
  EXPECT_FALSE((*read)[1].budget);
  EXPECT_TRUE(parse_key_list("", "keys.toml")->empty());
}

TEST(KeyList, NamesWhatIsWrongAndWhere) {
  const std::string good = "[[key]]\nname = \"a\"\nsha256 = \"" + kHash + "\"\n";
  const struct {
    std::string text;
    std::string reason;
    std::string said;
  } cases[] = {
      {"[[key]\n", "bad_syntax", "keys.toml:1"},
      {"keys = 3\n", "unknown_key", "keys"},
      {"key = 3\n", "unknown_key", "key"},
      {good + "limit = 3\n", "unknown_key", "keys.toml:4: limit"},
      {good + "budget = 3\n", "bad_value", "keys.toml:4: budget"},
      {good + "budget = \"-3\"\n", "bad_value", "budget"},
      {good + "requests_per_minute = 0\n", "bad_value", "requests_per_minute"},
      {good + "tokens_per_minute = \"5\"\n", "bad_value", "tokens_per_minute"},
      {"[[key]]\nname = \"a b\"\n", "bad_value", "keys.toml:2: name"},
      {"[[key]]\nname = \"a\"\n", "bad_value", "sha256: is missing"},
      {"[[key]]\nsha256 = \"" + kHash + "\"\n", "bad_value", "name: is missing"},
      {"[[key]]\nname = \"a\"\nsha256 = \"abc\"\n", "bad_value", "keys.toml:3: sha256"},
      {good + good, "duplicate", "a stands twice"},
  };
  for (const auto& c : cases) {
    const auto read = parse_key_list(c.text, "keys.toml");
    ASSERT_FALSE(read) << c.text;
    EXPECT_EQ(read.error().reason(), c.reason) << c.text;
    EXPECT_NE(read.error().message().find(c.said), std::string::npos) << read.error().message();
  }
}

TEST(KeyList, KeysAreLongAndNeverTheSame) {
  crypto::SystemRandom random;
  const std::string key = new_api_key(random);
  EXPECT_TRUE(key.starts_with("ck_"));
  EXPECT_GE(key.size(), 46u);
  EXPECT_NE(key, new_api_key(random));
}

}  // namespace
}  // namespace cocoon::app
