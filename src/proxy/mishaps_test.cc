// One conversation with everything in it, run again and again with one mishap at each of its steps.
// Whatever happens, the books stay sound, every request ends, nothing is charged twice, and nothing
// is said that is not on disk.
#include <gtest/gtest.h>

#include <functional>

#include "proxy/proxy_lab.h"

namespace cocoon::proxy {
namespace {

using std::chrono_literals::operator""s;

struct Play {
  ProxyLab lab;
  LinkId client{};
  LinkId first{};
  LinkId second{};
  std::optional<WorkOrder> order;
  std::function<void()> repeat;  // does the last step's deed once more

  void act(std::function<void()> deed) {
    deed();
    repeat = std::move(deed);
  }
  // From whichever worker has it.
  void take_order() {
    for (const LinkId worker : {first, second}) {
      if (auto found = lab.order(worker)) order = found;
    }
  }
};

using Step = std::function<void(Play&)>;

void ask_if_open(Play& play, LinkId link, const base::Bytes& object) {
  play.act([&play, link, object] { play.lab.ask_bytes(link, object); });
}

std::vector<Step> greeting_steps() {
  return {
      [](Play& play) {
        play.client = play.lab.open(PeerRole::Client);
        play.first = play.lab.open(PeerRole::Worker);
        play.second = play.lab.worker({.name = "w2"});
      },
      [](Play& play) {
        ask_if_open(play, play.client, tl::encode_boxed(play.lab.client_greeting({})));
      },
      [](Play& play) {
        const auto secret = sim::secret_of("alice");
        ask_if_open(play, play.client,
                    tl::encode_boxed(tl::ClientAuthorizeWithProxyShort{.data = secret}));
      },
      [](Play& play) {
        ask_if_open(play, play.first, tl::encode_boxed(play.lab.worker_greeting({.name = "w1"})));
      },
      [](Play& play) {
        ask_if_open(play, play.first, tl::encode_boxed(tl::WorkerCompareBalanceWithProxy{}));
      },
      [](Play& play) {
        ask_if_open(play, play.first, tl::encode_boxed(tl::WorkerProxyHandshakeComplete{}));
      },
  };
}

std::vector<Step> request_steps(std::uint32_t id) {
  return {
      [id](Play& play) {
        play.order.reset();
        play.act([&play, id] { play.lab.request(play.client, {.id = id, .timeout = 30}); });
      },
      [](Play& play) {
        play.take_order();
        if (play.order) play.act([&play] { play.lab.head(*play.order, "head"); });
      },
      [](Play& play) {
        if (play.order) play.act([&play] { play.lab.part(*play.order, "part"); });
      },
      [](Play& play) {
        if (play.order) {
          play.act([&play] { play.lab.part(*play.order, "last", ProxyLab::tokens(10, 10)); });
        }
      },
      [](Play& play) {
        ask_if_open(play, play.client, tl::encode_boxed(tl::ClientUpdatePaymentStatus{}));
      },
      [](Play& play) {
        ask_if_open(play, play.first, tl::encode_boxed(tl::WorkerUpdatePaymentStatus{}));
      },
  };
}

std::vector<Step> whole_play() {
  std::vector<Step> steps = greeting_steps();
  for (const std::uint32_t id : {1U, 2U}) {
    for (auto& step : request_steps(id)) steps.push_back(std::move(step));
  }
  return steps;
}

struct Mishap {
  const char* name;
  void (*strike)(Play&);
};

const std::vector<Mishap>& mishaps() {
  static const std::vector<Mishap> all{
      {"the client's link closes", [](Play& play) { play.lab.close(play.client); }},
      {"the first worker's link closes", [](Play& play) { play.lab.close(play.first); }},
      {"both workers' links close",
       [](Play& play) {
         play.lab.close(play.first);
         play.lab.close(play.second);
       }},
      {"the disk stalls", [](Play& play) { play.lab.set_disk(ProxyLab::Disk::Stalled); }},
      {"the disk fails",
       [](Play& play) {
         play.lab.set_disk(ProxyLab::Disk::Stalled);
         play.lab.fail_disk();
       }},
      {"the last message comes twice",
       [](Play& play) {
         if (play.repeat) play.repeat();
       }},
      {"a minute passes", [](Play& play) { play.lab.pass(60s); }},
      {"ten minutes pass", [](Play& play) { play.lab.pass(600s); }},
      {"the client says nonsense",
       [](Play& play) { play.lab.tell_bytes(play.client, base::Bytes(9, 0xab)); }},
      {"the client asks nonsense",
       [](Play& play) { play.lab.ask_bytes(play.client, base::Bytes(9, 0xab)); }},
      {"the worker says nonsense",
       [](Play& play) { play.lab.tell_bytes(play.first, base::Bytes(9, 0xab)); }},
      {"the worker asks nonsense",
       [](Play& play) { play.lab.ask_bytes(play.first, base::Bytes(9, 0xab)); }},
      {"the worker gives up",
       [](Play& play) {
         if (play.order) play.lab.failure(*play.order, 651, "no", ProxyLab::tokens(3, 3));
       }},
      {"the worker lies",
       [](Play& play) {
         if (play.order) play.lab.part(*play.order, "lie", ProxyLab::tokens(-3, 3));
       }},
      {"the proxy drains", [](Play& play) { play.lab.drain(); }},
  };
  return all;
}

// What a client was told about charges must be on disk at that moment.
void expect_only_durable_words(ProxyLab& lab, LinkId client) {
  const auto id = lab.machine().core().ledger.find_account(
      payment::AccountKind::Client, ton::to_raw_text(sim::address_of("alice")));
  std::int64_t told = 0;
  while (lab.messages(client) > 0) {
    const auto answer = lab.client_answer(client);
    if (answer.tokens) told += answer.tokens->total_tokens_used;
  }
  const std::int64_t durable =
      id ? lab.machine().core().ledger.account(*id).on_disk.tokens.count : 0;
  EXPECT_LE(told, durable);
}

TEST(Mishaps, AtEveryStepTheBooksStaySound) {
  const auto steps = whole_play();
  for (const auto& mishap : mishaps()) {
    for (std::size_t at = 0; at < steps.size(); ++at) {
      SCOPED_TRACE(std::string(mishap.name) + " after step " + std::to_string(at));
      Play play;
      for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i](play);
        if (i == at) mishap.strike(play);
      }
      expect_only_durable_words(play.lab, play.client);
      play.lab.pass(3700s);
      EXPECT_EQ(play.lab.machine().running(), 0u) << "every request ends";
      const auto& ledger = play.lab.machine().core().ledger;
      EXPECT_EQ(ledger.open_requests(), 0u);
      std::int64_t charged = 0;
      for (const auto& account : ledger.accounts()) {
        if (account.kind == payment::AccountKind::Client) charged = account.metered.tokens.count;
      }
      EXPECT_LE(charged, 40) << "two requests of twenty tokens, each charged once at most";
      play.lab.persist();
      expect_only_durable_words(play.lab, play.client);
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(Mishaps, WithoutOneBothRequestsAreServedAndCharged) {
  Play play;
  for (const auto& step : whole_play()) step(play);
  EXPECT_EQ(play.lab.client_account().metered.tokens.count, 40);
  EXPECT_EQ(play.lab.client_account().on_disk.tokens.count, 40);
  EXPECT_EQ(play.lab.payments(play.client), 2u);
}

}  // namespace
}  // namespace cocoon::proxy
