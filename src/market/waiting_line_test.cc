// The waiting line: turns between flows, order within one, bounds, and under random events that
// nobody starves and nothing is called twice.
#include "market/waiting_line.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace cocoon::market {
namespace {

Ticket next_ticket() {
  static std::uint64_t last = 0;
  return Ticket{++last};
}

Ticket join(WaitingLine& line, FlowId flow) {
  const Ticket ticket = next_ticket();
  EXPECT_FALSE(line.join(flow, ticket));
  return ticket;
}

std::vector<Ticket> place(WaitingLine& line, std::size_t count) {
  std::vector<Ticket> placed;
  line.serve([&](Ticket ticket) {
    if (placed.size() == count) return Called::Stop;
    placed.push_back(ticket);
    return Called::Placed;
  });
  return placed;
}

TEST(WaitingLine, FlowsTakeTurns) {
  WaitingLine line;
  const Ticket a1 = join(line, 1);
  const Ticket a2 = join(line, 1);
  const Ticket a3 = join(line, 1);
  const Ticket b1 = join(line, 2);
  EXPECT_EQ(place(line, 2), (std::vector{a1, b1}));
  const Ticket c1 = join(line, 3);
  EXPECT_EQ(place(line, 9), (std::vector{a2, c1, a3}));
  EXPECT_TRUE(line.empty());
}

TEST(WaitingLine, WhatCantBePlacedHoldsUpNobody) {
  WaitingLine line;
  const Ticket cheap = join(line, 1);
  const Ticket rich = join(line, 2);
  std::vector<Ticket> placed;
  line.serve([&](Ticket ticket) {
    if (ticket == cheap) return Called::Kept;
    placed.push_back(ticket);
    return Called::Placed;
  });
  EXPECT_EQ(placed, std::vector{rich});
  EXPECT_EQ(line.size(), 1u);
}

TEST(WaitingLine, IsBoundedForEachFlowAndInAll) {
  WaitingLine line;
  for (std::size_t i = 0; i < kMaxWaitingPerFlow; ++i) join(line, 0);
  EXPECT_EQ(line.join(0, next_ticket()), LineRefusal::FlowFull);
  for (FlowId flow = 1; line.size() < kMaxWaiting; ++flow) join(line, flow);
  EXPECT_EQ(line.join(1'000'000, next_ticket()), LineRefusal::LineFull);
}

TEST(WaitingLine, WhoeverLeavesIsNotCalled) {
  WaitingLine line;
  const Ticket a = join(line, 1);
  const Ticket b = join(line, 1);
  const Ticket c = join(line, 2);
  line.leave(a);
  line.leave(a);
  line.leave(c);
  EXPECT_EQ(place(line, 9), std::vector{b});
}

// Each turn some flows can't be placed; a flow that can is placed within as many turns as there are
// flows, however many requests others have waiting, and in its own order.
TEST(WaitingLine, NobodyStarves) {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    WaitingLine line;
    std::map<Ticket, FlowId> waiting;
    std::map<FlowId, Ticket> last_placed;
    std::map<FlowId, std::size_t> passed_over;
    for (int step = 0; step < 400; ++step) {
      const FlowId flow = random() % 8;
      if (random() % 2 == 0) {
        const Ticket ticket = next_ticket();
        if (!line.join(flow, ticket)) waiting.emplace(ticket, flow);
      } else if (!waiting.empty() && random() % 4 == 0) {
        const auto gone =
            std::next(waiting.begin(), static_cast<std::ptrdiff_t>(random() % waiting.size()));
        line.leave(gone->first);
        waiting.erase(gone);
      }
      const FlowId blocked = random() % 3 == 0 ? random() % 8 : 99;
      bool served = false;
      line.serve([&](Ticket ticket) {
        const auto found = waiting.find(ticket);
        EXPECT_NE(found, waiting.end()) << "called after it left, or twice";
        if (found == waiting.end() || served) return Called::Stop;
        if (found->second == blocked) return Called::Kept;
        EXPECT_LT(last_placed[found->second], ticket) << "in its flow's order";
        last_placed[found->second] = ticket;
        passed_over[found->second] = 0;
        for (auto& [other, count] : passed_over) {
          if (other != found->second && other != blocked) ++count;
        }
        waiting.erase(found);
        served = true;
        return Called::Placed;
      });
      EXPECT_EQ(line.size(), waiting.size());
      std::set<FlowId> in_line;
      for (const auto& [ticket, owner] : waiting) in_line.insert(owner);
      for (auto& [other, count] : passed_over) {
        if (!in_line.contains(other)) count = 0;
        EXPECT_LE(count, 16u) << "flow " << other;
      }
      for (const FlowId one : in_line) passed_over.try_emplace(one, 0);
    }
  }
}

}  // namespace
}  // namespace cocoon::market
