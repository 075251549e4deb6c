// Conversations that go on where they were, as long as their worker is not the busier one.
#include "proxy/affinity.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "proxy/proxy_lab.h"

namespace cocoon::proxy {
namespace {

using market::WorkerId;

constexpr payment::AccountId kAlice{7};
constexpr payment::AccountId kBob{8};

std::string talk(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += std::to_string(text.size()) + " ";
  return text.substr(0, bytes);
}

TEST(Affinity, FindsWhoAnsweredTheLongestBeginning) {
  Affinity affinity(1);
  const std::string text = talk(5000);
  const auto hashes = [&](std::size_t bytes, payment::AccountId who = kAlice) {
    return affinity.beginnings(who, base::as_bytes(std::string_view(text).substr(0, bytes)));
  };
  EXPECT_TRUE(hashes(kLeastBeginning - 1).empty());
  EXPECT_EQ(hashes(kLeastBeginning).size(), 1u);
  EXPECT_EQ(hashes(5000).size(), 3u);
  affinity.remember(hashes(1500), WorkerId{1});
  EXPECT_EQ(affinity.find(hashes(5000)), WorkerId{1}) << "the first KiB is the same";
  affinity.remember(hashes(5000), WorkerId{2});
  EXPECT_EQ(affinity.find(hashes(4500)), WorkerId{2});
  EXPECT_EQ(affinity.find(hashes(900)), std::nullopt);
  EXPECT_EQ(affinity.find(hashes(5000, kBob)), std::nullopt) << "nobody learns what others ask";
}

TEST(Affinity, TakesLongTextsForTheirBeginning) {
  Affinity affinity(1);
  const std::string text = talk(3 * kMostBeginning);
  const auto whole = affinity.beginnings(kAlice, base::as_bytes(text));
  EXPECT_EQ(whole.size(), 7u);
  EXPECT_EQ(whole, affinity.beginnings(
                       kAlice, base::as_bytes(std::string_view(text).substr(0, kMostBeginning))));
}

struct Talk {
  ProxyLab lab{};
  LinkId client;
  std::vector<LinkId> workers;
  std::uint32_t next_id = 1;

  explicit Talk(std::size_t count) : client(lab.client()) {
    for (std::size_t i = 0; i < count; ++i) {
      workers.push_back(lab.worker({.name = "w" + std::to_string(i), .slots = 4}));
    }
  }
  // The worker that got the request.
  std::size_t ask(const std::string& text, bool answered = true) {
    lab.request(client, {.id = next_id++, .body = text});
    for (std::size_t i = 0; i < workers.size(); ++i) {
      const auto order = lab.order(workers[i]);
      if (!order) continue;
      if (answered) lab.head(*order, "whole", ProxyLab::tokens(1, 1));
      return i;
    }
    ADD_FAILURE() << "nobody got it";
    return 0;
  }
};

TEST(Affinity, AConversationStaysWhereItIs) {
  Talk talks(8);
  const std::string text = talk(20'000);
  const std::size_t first = talks.ask(text.substr(0, 2000));
  for (std::size_t bytes = 3000; bytes <= text.size(); bytes += 1000) {
    EXPECT_EQ(talks.ask(text.substr(0, bytes)), first);
  }
}

TEST(Affinity, ConversationsAreSpreadOverTheWorkers) {
  Talk talks(8);
  std::set<std::size_t> used;
  for (char letter = 'a'; letter <= 'z'; ++letter) used.insert(talks.ask(letter + talk(2000)));
  EXPECT_GE(used.size(), 5u);
}

TEST(Affinity, ABusyWorkerIsLeft) {
  Talk talks(8);
  const std::string text = talk(2000);
  const std::size_t first = talks.ask(text, false);
  std::set<std::size_t> used{first};
  for (int i = 0; i < 6; ++i) used.insert(talks.ask(text, false));
  EXPECT_GT(used.size(), 1u);
}

TEST(Affinity, AWorkerThatIsGoneIsNotMissed) {
  Talk talks(2);
  const std::string text = talk(2000);
  const std::size_t first = talks.ask(text);
  talks.lab.close(talks.workers[first]);
  EXPECT_EQ(talks.ask(text), 1 - first);
  EXPECT_EQ(talks.ask(text), 1 - first);
}

}  // namespace
}  // namespace cocoon::proxy
