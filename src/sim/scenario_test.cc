// Plays every scenario of tests/scenarios, and checks that scenarios can fail.
#include "sim/scenario.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace cocoon::sim {
namespace {

std::vector<std::filesystem::path> scenarios() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator("tests/scenarios")) {
    if (entry.path().extension() == ".txt") found.push_back(entry.path());
  }
  return found;
}

base::Result<void> play(std::string_view text) { return Scenario({}).play(text); }

constexpr std::string_view kCast = "proxy north\nworker one\nclient alice\nbegin\n";

std::string story(std::string_view rest) { return std::string(kCast) + std::string(rest); }

TEST(Scenario, EachStoryHolds) {
  ASSERT_GE(scenarios().size(), 10u);
  for (const auto& path : scenarios()) {
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto played = play(text);
    EXPECT_TRUE(played.ok()) << path << ": " << (played ? "" : played.error().message());
  }
}

TEST(Scenario, WhatDoesNotHoldIsTold) {
  const auto wrong = play(story("ask first by alice\npass 1s\nexpect first refused\n"));
  ASSERT_FALSE(wrong.ok());
  EXPECT_TRUE(wrong.error().is(ScenarioFault::Unexpected));
  EXPECT_NE(wrong.error().message().find("line 7"), std::string::npos);
  EXPECT_NE(wrong.error().message().find("it is answered"), std::string::npos);
  for (const std::string_view line :
       {"expect first unpaid", "expect first charged 16 tokens", "expect first answered by two",
        "expect first says \"nothing of the kind\"", "expect first answered 201"}) {
    const auto played = play(story("ask first by alice\npass 1s\n" + std::string(line) + "\n"));
    ASSERT_FALSE(played.ok()) << line;
    EXPECT_TRUE(played.error().is(ScenarioFault::Unexpected)) << line;
  }
  const auto busy = play(story("engine one stalls\nask first by alice\npass 1s\nexpect quiet"));
  ASSERT_FALSE(busy.ok());
  EXPECT_TRUE(busy.error().is(ScenarioFault::Unsound));
}

TEST(Scenario, LinesThatMakeNoSenseAreRefused) {
  for (const std::string_view line :
       {"dance", "pass", "pass 5", "pass 5 s", "pass -1s", "pass 1s 2s", "kill nobody", "ask first",
        "ask first by bob", "expect second answered", "engine one sings",
        "engine one answers many pieces every 5ms", "disk north melts", "disk one fails",
        "cut alice", "begin", "expect"}) {
    const auto played = play(story(line));
    ASSERT_FALSE(played.ok()) << line;
    EXPECT_TRUE(played.error().is(ScenarioFault::Syntax)) << line;
  }
  EXPECT_TRUE(play(story("   # nothing but a remark\r\n\n\t\n")).ok());
}

}  // namespace
}  // namespace cocoon::sim
