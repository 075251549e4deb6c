// The lab that the tests of this module share; see client_lab.h.
#include "client/client_lab.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "payment/tariff.h"
#include "payment/wire_tokens.h"
#include "session/greeting.h"

namespace cocoon::client {
namespace {

Config lab_config(std::string_view secret, session::Standing first_standing) {
  return {.network = sim::make_network({.models = {std::string(sim::kModel)}}),
          .owner = sim::address_of("alice"),
          .master_secret = base::Secret(base::to_bytes(sim::secret_of(secret))),
          .first_standing = first_standing};
}

}  // namespace

ClientLab::ClientLab(std::string_view secret, session::Standing first_standing)
    : machine_(lab_config(secret, first_standing), dice_) {}

LinkId ClientLab::open() {
  const LinkId link{next_link_++};
  peers_[link];
  machine_.handle_opened(link, 0, "simulated");
  settle();
  return link;
}

tl::ClientOffers ClientLab::offers(const std::vector<std::string>& models) {
  tl::ClientOffers offers{};
  for (const auto& model : models) {
    const auto prices = payment::price_list({1000}, payment::tariff_of(network().root().params));
    offers.offers.push_back({.model = model,
                             .coefficient = 1000,
                             .prices = payment::to_wire(prices),
                             .terms = {},
                             .workers = {{.running = 0, .max_running = 4, .waiting = 0}}});
  }
  return offers;
}

LinkId ClientLab::ready(std::int32_t version, const std::vector<std::string>& models) {
  const LinkId link = open();
  peers_[link].version = version;
  query<tl::ClientConnectToProxy>(link);
  answer(link, connected(version));
  query<tl::ClientAuthorizeWithProxyShort>(link);
  answer(link, tl::ClientAuthorizationWithProxySuccess{});
  if (version >= session::kVersionWithOffers) {
    query<tl::ClientGetOffers>(link);
    answer(link, offers(models));
    return link;
  }
  query<tl::ClientGetWorkerTypesV2>(link);
  tl::ClientWorkerTypesV2 types{};
  for (const auto& model : models) {
    types.types.push_back(
        {.name = model,
         .workers = {
             {.flags = 0, .coefficient = 1000, .active_requests = 0, .max_active_requests = 4}}});
  }
  answer(link, types);
  return link;
}

LinkId ClientLab::ready_elsewhere(std::int32_t version) {
  proxy_ = "other proxy";
  const LinkId link = ready(version);
  proxy_ = "proxy";
  return link;
}

void ClientLab::close(LinkId link) {
  if (!peers_.at(link).is_open) return;
  peers_[link].is_open = false;
  machine_.handle_closed(now_, link);
  settle();
}

void ClientLab::stand(LinkId link, session::Standing standing, std::string_view why) {
  machine_.handle_standing(link, standing, why);
  settle();
}

void ClientLab::answer_bytes(LinkId link, base::BytesView object) {
  if (!peers_.at(link).is_open) return;
  machine_.handle_answer(now_, link, tag_, object);
  settle();
}

void ClientLab::tell_bytes(LinkId link, base::BytesView object) {
  if (!peers_.at(link).is_open) return;
  machine_.handle_message(now_, link, object);
  settle();
}

void ClientLab::refuse_query(LinkId link, std::string_view message) {
  machine_.handle_query_failed(now_, link, tag_, message);
  settle();
}

ton::ProxyIdentity ClientLab::identity() const {
  const auto key = crypto::Ed25519PrivateKey::from_seed(sim::secret_of(proxy_ + " key"));
  const auto public_key = key->public_key();
  return {.contract = network().proxy_address(sim::address_of(proxy_ + " owner"), public_key),
          .public_key = public_key};
}

base::Bits256 ClientLab::expected_secret() const {
  return secret_for(machine_.config().master_secret, identity().contract);
}

tl::ClientConnectedToProxy ClientLab::connected(std::int32_t version) {
  const auto proxy = identity();
  owner_ = ton::to_friendly_text(sim::address_of(proxy_ + " owner"));
  proxy_contract_ = ton::to_friendly_text(proxy.contract);
  client_contract_ =
      ton::to_friendly_text(network().client_address(machine_.config().owner, proxy));
  tl::ClientConnectedToProxy reply{};
  reply.params.flags = tl::ProxyParams::kHasIsTest;
  reply.params.is_test = true;
  reply.params.proxy_public_key = proxy.public_key;
  reply.params.proxy_owner_address = owner_;
  reply.params.proxy_sc_address = proxy_contract_;
  if (version > 0) {
    reply.params.flags |= tl::ProxyParams::kHasProtoVersion;
    reply.params.proto_version = version;
  }
  reply.client_sc_address = client_contract_;
  reply.auth = tl::ClientProxyConnectionAuthShort{.secret_hash = crypto::sha256(expected_secret()),
                                                  .nonce = 1};
  return reply;
}

// ---- answers of the network ----

std::optional<Run> ClientLab::run(LinkId link) {
  auto& messages = peers_.at(link).messages;
  if (messages.empty()) return std::nullopt;
  const base::Bytes bytes = std::move(messages.front());
  messages.pop_front();
  Run run;
  run.form = tl::constructor_name(tl::peek_id(bytes).value_or(0));
  const auto read = [&](const auto& message) {
    run.id = message.request_id;
    run.model = message.model_name;
    run.max_coefficient = message.max_coefficient;
    run.max_tokens = message.max_tokens;
    run.timeout = message.timeout;
    const auto http = tl::decode_boxed<tl::HttpRequest>(message.query);
    ASSERT_TRUE(http);
    run.method = http->method;
    run.url = http->url;
    run.body = base::to_text(http->payload);
    for (const auto& header : http->headers) run.headers[std::string(header.name)] = header.value;
  };
  if (peers_[link].version == 0) {
    const auto message = tl::decode_boxed<tl::ClientRunQuery>(bytes);
    EXPECT_TRUE(message) << run.form;
    if (message) read(*message);
  } else {
    const auto message = tl::decode_boxed<tl::ClientRunQueryEx>(bytes);
    EXPECT_TRUE(message) << run.form;
    if (message) read(*message);
    if (message) run.enable_debug = message->enable_debug;
  }
  return run;
}

void ClientLab::head(LinkId link, const base::Bits256& id, std::string_view body,
                     std::string_view type, std::optional<tl::TokensUsed> end) {
  tl::HttpResponse response{};
  response.http_version = "HTTP/1.1";
  response.status_code = 200;
  response.reason = "OK";
  response.headers = {
      {"Content-Type", type}, {"Set-Cookie", "x"}, {"X-Cocoon-Worker-Start", "1.5"}};
  response.payload = base::as_bytes(body);
  const base::Bytes answer = tl::encode_boxed(response);
  if (peers_.at(link).version == 0) {
    return tell(link, tl::ClientQueryAnswer{.answer = answer,
                                            .is_completed = end.has_value(),
                                            .request_id = id,
                                            .request_tokens_used = end.value_or(tl::TokensUsed{})});
  }
  tl::ClientQueryAnswerEx message{};
  message.request_id = id;
  message.answer = answer;
  if (end) {
    message.flags = tl::ClientQueryAnswerEx::kHasFinalInfo;
    message.final_info.tokens_used = *end;
  }
  tell(link, message);
}

void ClientLab::part(LinkId link, const base::Bits256& id, std::string_view body,
                     std::optional<tl::TokensUsed> end) {
  if (peers_.at(link).version == 0) {
    return tell(link,
                tl::ClientQueryAnswerPart{.answer = base::as_bytes(body),
                                          .is_completed = end.has_value(),
                                          .request_id = id,
                                          .request_tokens_used = end.value_or(tl::TokensUsed{})});
  }
  tl::ClientQueryAnswerPartEx message{};
  message.request_id = id;
  message.answer = base::as_bytes(body);
  if (end) {
    message.flags = tl::ClientQueryAnswerPartEx::kHasFinalInfo;
    message.final_info.tokens_used = *end;
  }
  tell(link, message);
}

void ClientLab::failure(LinkId link, const base::Bits256& id, std::int32_t code,
                        std::string_view text) {
  tl::ClientQueryAnswerErrorEx message{};
  message.request_id = id;
  message.error_code = code;
  message.error = text;
  message.flags = tl::ClientQueryAnswerErrorEx::kHasFinalInfo;
  tell(link, message);
}

// ---- callers ----

CallId ClientLab::call(std::string_view body, std::vector<openai::Header> headers,
                       std::string_view target) {
  const CallId id{next_call_++};
  replies_[id];
  headers.push_back({"Content-Type", "application/json"});
  headers.push_back({"Authorization", "Bearer of a secret"});
  machine_.handle_call(
      now_, id,
      {.target = std::string(target), .headers = std::move(headers), .body = base::to_bytes(body)});
  settle();
  return id;
}

void ClientLab::pace(CallId call, Client::Pace pace) {
  machine_.handle_caller_pace(call, pace);
  settle();
}

void ClientLab::caller_gone(CallId call) {
  machine_.handle_caller_gone(call);
  settle();
}

void ClientLab::pass(base::Duration time) {
  const base::Instant until = now_.steady + time;
  for (;;) {
    const auto deadline = machine_.poll_deadline();
    const bool last = !deadline || *deadline > until;
    const base::Duration step =
        std::max(last ? until - now_.steady : *deadline - now_.steady, base::Duration(0));
    now_.steady += step;
    now_.wall += step;
    machine_.handle_time(now_);
    settle();
    if (last) return;
  }
}

void ClientLab::drain() {
  machine_.handle_drain();
  settle();
}

void ClientLab::note_missing(std::string_view what) {
  ADD_FAILURE() << "no " << what << " was said";
}

void ClientLab::settle() {
  while (auto effect = machine_.poll_effect()) {
    if (auto* said = std::get_if<session::LinkEffect>(&*effect)) {
      hear(std::move(*said));
    } else {
      show(*effect);
    }
  }
}

void ClientLab::hear(session::LinkEffect effect) {
  if (auto* close = std::get_if<session::CloseLink>(&effect)) {
    Peer& peer = peers_.at(close->link);
    if (!peer.is_open) return;
    peer.is_open = false;
    peer.closed = close->reason;
    machine_.handle_closed(now_, close->link);
  } else if (auto* query = std::get_if<session::SendQuery>(&effect)) {
    peers_.at(query->link).queries.push_back(std::move(*query));
  } else if (auto* message = std::get_if<session::SendMessage>(&effect)) {
    Peer& peer = peers_.at(message->link);
    if (peer.is_open) peer.messages.push_back(std::move(message->object));
  } else {
    ADD_FAILURE() << "a client answers no query";
  }
}

// A caller hears nothing twice and nothing after the end.
Reply& ClientLab::open_reply(CallId call) {
  Reply& reply = replies_[call];
  EXPECT_EQ(reply.ends, 0) << "something came after the end";
  return reply;
}

void ClientLab::show(const Effect& effect) {
  const auto take_headers = [](Reply& reply, const auto& from) {
    reply.status = from.status;
    for (const auto& header : from.headers) reply.headers[header.name] = header.value;
  };
  if (const auto* start = std::get_if<StartAnswer>(&effect)) {
    Reply& reply = open_reply(start->call);
    EXPECT_EQ(reply.state, Reply::State::Waiting);
    take_headers(reply, *start);
    reply.state = Reply::State::Streaming;
  } else if (const auto* part = std::get_if<AnswerPart>(&effect)) {
    Reply& reply = open_reply(part->call);
    EXPECT_EQ(reply.state, Reply::State::Streaming);
    reply.body += base::as_text(part->bytes);
    ++reply.parts;
  } else if (const auto* end = std::get_if<EndAnswer>(&effect)) {
    Reply& reply = open_reply(end->call);
    EXPECT_EQ(reply.state, Reply::State::Streaming);
    reply.state = Reply::State::Ended;
    ++reply.ends;
  } else if (const auto* abort = std::get_if<AbortAnswer>(&effect)) {
    Reply& reply = open_reply(abort->call);
    EXPECT_EQ(reply.state, Reply::State::Streaming);
    reply.state = Reply::State::Aborted;
    ++reply.ends;
  } else if (const auto* whole = std::get_if<WholeAnswer>(&effect)) {
    Reply& reply = open_reply(whole->call);
    EXPECT_EQ(reply.state, Reply::State::Waiting);
    take_headers(reply, *whole);
    reply.body = base::to_text(whole->body);
    reply.state = Reply::State::Ended;
    ++reply.ends;
  }
}

}  // namespace cocoon::client
