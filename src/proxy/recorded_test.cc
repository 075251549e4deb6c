// The recorded conversations replayed at our proxy: a recorded client on one side, a recorded
// worker on the other, both through the production session machine. What ours says is compared with
// what the reference's proxy said.
#include "sim/recording.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "proxy/proxy.h"
#include "session/connection.h"
#include "sim/dice.h"
#include "sim/network.h"

namespace cocoon::proxy {
namespace {

using session::LinkId;
using sim::Heading;
using sim::RecordedPacket;

const base::Now kNow{base::Instant(std::chrono::seconds(1)),
                     base::from_unix_seconds(1'795'356'722)};

Config recorded_config() {
  return {.network = sim::recorded_network(),
          .owner = *ton::parse_address(sim::kRecordedOperator),
          .signing_seed = base::to_bytes(sim::secret_of("proxy key")),
          .clients = {},
          .unknown_clients = UnknownClients::OpenForTests,
          .unknown_client_credit = base::Nanoton{100'000'000},
          .worker_hashes = HashCheck::NotChecked,
          .model_hashes = HashCheck::NotChecked};
}

// One recorded peer, connected to our proxy: its frames go in, ours come out as packets.
class Peer final : public session::ConnectionEvents {
 public:
  Peer(Proxy& proxy, LinkId link, base::Random& random)
      : proxy_(proxy), link_(link), connection_(session::Role::Listener, random, kNow) {}

  void hear(base::BytesView frame) { EXPECT_TRUE(connection_.handle_bytes(kNow, frame, *this)); }
  session::Connection& connection() { return connection_; }
  LinkId link() const { return link_; }
  // What our side has said since the last call.
  std::vector<RecordedPacket> said() {
    std::vector<RecordedPacket> packets;
    const base::Bytes bytes = connection_.poll_output();
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size =
          session::kFrameHeaderSize + bytes[at] + (std::size_t{bytes[at + 1]} << 8U);
      packets.push_back(
          sim::recorded_packet(Heading::ToClient, base::BytesView(bytes).subspan(at, size)));
      at += size;
    }
    return packets;
  }

  void on_ready() override {}
  void on_message(base::BytesView data) override { proxy_.handle_message(kNow, link_, data); }
  void on_query(session::QueryId id, base::BytesView data) override {
    proxy_.handle_query(kNow, link_, static_cast<std::int64_t>(id), data);
  }
  void on_answer(session::QueryId, base::BytesView) override {}
  void on_query_failed(session::QueryId, const session::QueryFailure&) override {}

 private:
  Proxy& proxy_;
  LinkId link_;
  session::Connection connection_;
};

class Replay {
 public:
  Replay() {
    proxy_.handle_opened(kNow, client.link(), PeerRole::Client, {});
    proxy_.handle_opened(kNow, worker.link(), PeerRole::Worker, {});
  }

  std::vector<RecordedPacket> feed(Peer& peer, base::BytesView frame) {
    peer.hear(frame);
    settle();
    return peer.said();
  }

 private:
  void settle() {
    for (;;) {
      while (auto effect = proxy_.poll_effect()) carry_out(*effect);
      const auto batch = proxy_.poll_batch();
      if (!batch) return;
      proxy_.handle_persisted(batch->last_sequence);
    }
  }
  void carry_out(const session::LinkEffect& effect) {
    std::visit(
        [this](const auto& said) {
          session::Connection& to = (said.link == client.link() ? client : worker).connection();
          using Said = std::decay_t<decltype(said)>;
          if constexpr (std::is_same_v<Said, session::SendMessage>) {
            EXPECT_TRUE(to.send_message_bytes(said.object));
          } else if constexpr (std::is_same_v<Said, session::SendAnswer>) {
            EXPECT_TRUE(to.send_answer_bytes(session::QueryId(said.query_id), said.object));
          } else if constexpr (std::is_same_v<Said, session::CloseLink>) {
            ADD_FAILURE() << "our proxy closes a link: " << said.reason;
          } else {
            ADD_FAILURE() << "our proxy refuses a query";
          }
        },
        effect);
  }

  sim::Dice dice_{1};
  Proxy proxy_{recorded_config(), payment::Ledger(payment::LedgerOptions{}), dice_};

 public:
  Peer client{proxy_, LinkId{1}, dice_};
  Peer worker{proxy_, LinkId{2}, dice_};
};

std::vector<RecordedPacket> of(const std::vector<RecordedPacket>& packets, Heading heading) {
  std::vector<RecordedPacket> chosen;
  std::ranges::copy_if(packets, std::back_inserter(chosen),
                       [&](const RecordedPacket& packet) { return packet.heading == heading; });
  return chosen;
}

// Where their id stands in a frame, ours is put.
base::Bytes with_id(base::Bytes frame, const base::Bits256& theirs, const base::Bits256& ours) {
  const auto found = std::ranges::search(frame, theirs);
  EXPECT_FALSE(found.empty());
  if (!found.empty()) std::ranges::copy(ours, found.begin());
  return frame;
}

void expect_same_greeting(const RecordedPacket& ours, const RecordedPacket& theirs) {
  const auto mine = tl::decode_boxed<tl::ClientConnectedToProxy>(ours.object);
  const auto recorded = tl::decode_boxed<tl::ClientConnectedToProxy>(theirs.object);
  ASSERT_TRUE(mine && recorded);
  EXPECT_EQ(mine->params.flags, recorded->params.flags);
  EXPECT_EQ(mine->params.is_test, recorded->params.is_test);
  EXPECT_EQ(mine->params.proto_version, recorded->params.proto_version);
  EXPECT_EQ(mine->params.proxy_owner_address, recorded->params.proxy_owner_address);
  EXPECT_EQ(mine->auth, recorded->auth);
  EXPECT_EQ(mine->signed_payment, recorded->signed_payment);
  // Contracts follow from the key, and the keys differ: each side's are right for its own.
  for (const auto& params : {mine->params, recorded->params}) {
    EXPECT_EQ(ton::to_friendly_text(sim::recorded_network().proxy_address(
                  *ton::parse_address(params.proxy_owner_address), params.proxy_public_key)),
              params.proxy_sc_address);
  }
}

tl::ClientQueryFinalInfo end_of(const RecordedPacket& packet) {
  if (packet.name == tl::ClientQueryAnswerEx::kName) {
    return tl::decode_boxed<tl::ClientQueryAnswerEx>(packet.object)->final_info;
  }
  return tl::decode_boxed<tl::ClientQueryAnswerPartEx>(packet.object)->final_info;
}

// The answers of ours to one request, beside the recorded ones.
void expect_same_answers(const std::vector<RecordedPacket>& ours,
                         const std::vector<RecordedPacket>& theirs) {
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(ours[i].kind, theirs[i].kind);
    EXPECT_EQ(ours[i].name, theirs[i].name);
    if (ours[i].name == tl::ProxyClientRequestPayment::kName) {
      const auto mine = tl::decode_boxed<tl::ProxyClientRequestPayment>(ours[i].object);
      const auto recorded = tl::decode_boxed<tl::ProxyClientRequestPayment>(theirs[i].object);
      ASSERT_TRUE(mine && recorded);
      EXPECT_EQ(mine->request_id, recorded->request_id);
      EXPECT_EQ(mine->request_tokens, recorded->request_tokens);
      EXPECT_EQ(mine->db_tokens, recorded->db_tokens);
      EXPECT_EQ(mine->max_tokens, recorded->max_tokens);
    } else if (ours[i].name == tl::ClientQueryAnswerPartEx::kName) {
      const auto mine = tl::decode_boxed<tl::ClientQueryAnswerPartEx>(ours[i].object);
      const auto recorded = tl::decode_boxed<tl::ClientQueryAnswerPartEx>(theirs[i].object);
      ASSERT_TRUE(mine && recorded);
      EXPECT_EQ(mine->request_id, recorded->request_id);
      EXPECT_EQ(base::as_text(mine->answer), base::as_text(recorded->answer));
      EXPECT_EQ(mine->flags, recorded->flags);
      EXPECT_EQ(end_of(ours[i]).flags, end_of(theirs[i]).flags);
      EXPECT_EQ(end_of(ours[i]).tokens_used, end_of(theirs[i]).tokens_used);
      EXPECT_EQ(end_of(ours[i]).worker_debug, end_of(theirs[i]).worker_debug);
      EXPECT_EQ(end_of(ours[i]).worker_end_time, end_of(theirs[i]).worker_end_time);
    }
  }
}

// Sends our order's answers as the recorded worker gave them to its `index`-th order.
std::vector<RecordedPacket> answer_as_recorded(Replay& replay, const base::Bits256& our_id,
                                               const std::vector<RecordedPacket>& worker_says,
                                               std::size_t index) {
  std::size_t heads = 0;
  for (const auto& packet : worker_says) {
    heads += packet.name == tl::ProxyQueryAnswerEx::kName;
    if (heads != index + 1) continue;
    if (packet.name == tl::ProxyQueryAnswerEx::kName) {
      const auto head = tl::decode_boxed<tl::ProxyQueryAnswerEx>(packet.object);
      replay.feed(replay.worker, with_id(packet.frame, head->request_id, our_id));
    } else if (packet.name == tl::ProxyQueryAnswerPartEx::kName) {
      const auto part = tl::decode_boxed<tl::ProxyQueryAnswerPartEx>(packet.object);
      replay.feed(replay.worker, with_id(packet.frame, part->request_id, our_id));
    }
  }
  return replay.client.said();
}

TEST(Recorded, ClientAndWorkerOfTheReferenceAreServedAlike) {
  const auto client_talk = sim::recorded("client-session-at-proxy.json");
  const auto worker_talk = sim::recorded("worker-session-at-proxy.json");
  const auto client_says = of(client_talk, Heading::ToServer);
  const auto client_hears = of(client_talk, Heading::ToClient);
  const auto worker_says = of(worker_talk, Heading::ToServer);
  const auto worker_hears = of(worker_talk, Heading::ToClient);
  ASSERT_EQ(client_says.size(), 13u);
  Replay replay;

  // The worker's handshake: opening, greeting, comparison, completion.
  for (std::size_t i = 0; i < 4; ++i) {
    const auto said = replay.feed(replay.worker, worker_says[i].frame);
    ASSERT_EQ(said.size(), 1u);
    EXPECT_EQ(said[0].kind, worker_hears[i].kind);
    EXPECT_EQ(said[0].name, worker_hears[i].name);
    EXPECT_EQ(said[0].query_id, worker_hears[i].query_id);
  }

  std::size_t heard = 0;  // of what the recorded client heard
  std::size_t request = 0;
  for (const auto& packet : client_says) {
    auto said = replay.feed(replay.client, packet.frame);
    const bool is_request = packet.name == tl::ClientRunQueryEx::kName;
    const bool is_last_request = is_request && request == 4;
    if (!is_request) {
      ASSERT_EQ(said.size(), 1u) << packet.kind << " " << packet.name;
      const auto& theirs = client_hears.at(heard++);
      EXPECT_EQ(said[0].kind, theirs.kind);
      EXPECT_EQ(said[0].name, theirs.name);
      EXPECT_EQ(said[0].query_id, theirs.query_id);
      if (theirs.name == tl::ClientConnectedToProxy::kName) expect_same_greeting(said[0], theirs);
      if (theirs.name == tl::ClientWorkerTypesV2::kName) EXPECT_EQ(said[0].object, theirs.object);
    } else if (is_last_request) {
      // The unknown model: theirs comes in the old form, ours in the form of the session's version.
      ASSERT_EQ(said.size(), 1u);
      const auto ours = tl::decode_boxed<tl::ClientQueryAnswerErrorEx>(said[0].object);
      const auto theirs =
          tl::decode_boxed<tl::ClientQueryAnswerError>(client_hears.at(heard++).object);
      ASSERT_TRUE(ours && theirs);
      EXPECT_EQ(ours->error, theirs->error);
      EXPECT_EQ(ours->request_id, theirs->request_id);
      EXPECT_EQ(ours->final_info.tokens_used, theirs->request_tokens_used);
    } else {
      EXPECT_TRUE(said.empty());
      const auto orders = replay.worker.said();
      ASSERT_FALSE(orders.empty());
      const auto order = tl::decode_boxed<tl::ProxyRunQueryEx>(orders.back().object);
      ASSERT_TRUE(order);
      const auto asked = tl::decode_boxed<tl::ClientRunQueryEx>(packet.object);
      EXPECT_EQ(base::to_bytes(order->query), base::to_bytes(asked->query))
          << "the request passes unchanged";
      EXPECT_NEAR(order->timeout, asked->timeout * 0.95, 1e-9);
      said = answer_as_recorded(replay, order->request_id, worker_says, request);
      const std::vector<RecordedPacket> theirs(
          client_hears.begin() + static_cast<std::ptrdiff_t>(heard),
          client_hears.begin() + static_cast<std::ptrdiff_t>(heard + 3));
      heard += 3;
      expect_same_answers(said, theirs);
    }
    request += is_request;
  }
  EXPECT_EQ(heard, client_hears.size());
}

TEST(Recorded, WhatRoutersHandOverIsTheSameConversation) {
  // The attestation frame and, before it, SOCKS5: method, CONNECT.
  const sim::Preface routed{.to_server = 3 + 10, .to_client = 2 + 10 + 576};
  for (const std::string peer : {"client", "worker"}) {
    const auto direct = sim::recorded(peer + "-session-at-proxy.json");
    const auto behind = sim::recorded(peer + "-session-at-local-router.json", routed);
    for (const Heading heading : {Heading::ToServer, Heading::ToClient}) {
      const auto one = of(direct, heading);
      const auto other = of(behind, heading);
      ASSERT_GT(one.size(), 10u);
      ASSERT_EQ(one.size(), other.size());
      for (std::size_t i = 0; i < one.size(); ++i)
        EXPECT_EQ(one[i].frame, other[i].frame) << peer << i;
    }
  }
}

}  // namespace
}  // namespace cocoon::proxy
