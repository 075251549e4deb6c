// Following the masterchain and handing requests out.
#include "ton/lite_client.h"

#include <algorithm>

#include "tl/codec.h"
#include "ton/lite_ids.h"

namespace cocoon::ton {
namespace {

constexpr base::Duration kWaitMargin = std::chrono::seconds(5);

// Faults of the way rather than of the server's honesty.
bool is_lie(const base::Error& error) {
  const auto fault = error.as<LiteError>();
  return !fault || *fault == LiteError::ServerNoProof || *fault == LiteError::WrongNetwork;
}

}  // namespace

LiteClient::LiteClient(LiteClientConfig config, base::Random& random)
    : config_(std::move(config)), random_(random), key_block_(config_.anchor.init_block) {
  for (const LiteServer& address : config_.servers) {
    Server server;
    server.address = address;
    server.backoff = kFirstBackoff;
    servers_.push_back(std::move(server));
  }
}

std::size_t LiteClient::ready_servers() const {
  return static_cast<std::size_t>(
      std::count_if(servers_.begin(), servers_.end(), [](const Server& server) {
        return server.phase == Phase::Ready && server.link->established();
      }));
}

std::uint64_t LiteClient::request(base::Now now, LiteRequest request) {
  const std::uint64_t id = next_request_++;
  Pending pending;
  pending.request = std::move(request);
  pending.end = now.steady + kRequestLife;
  pending_.emplace(id, std::move(pending));
  dispatch(now);
  return id;
}

void LiteClient::connect(base::Now now, std::size_t index) {
  Server& server = servers_[index];
  server.phase = Phase::Connecting;
  server.until = now.steady + kConnectTimeout;
  effects_.push_back(LiteConnect{index});
}

// The handshake goes out with the first question.
void LiteClient::handle_connected(base::Now now, std::size_t index) {
  Server& server = servers_[index];
  if (server.phase != Phase::Connecting) return;
  auto link = LiteLink::connect(server.address.key, random_);
  if (!link) {
    drop(now, index, link.error());
    return;
  }
  server.link.emplace(*std::move(link));
  server.phase = Phase::Ready;
  ask_step(now, index, Step::Info);
  flush(index);
}

void LiteClient::handle_closed(base::Now now, std::size_t index) {
  if (servers_[index].phase == Phase::Resting) return;
  drop(now, index, base::Error(LiteError::ServerClosed, "The connection ended."));
}

void LiteClient::drop(base::Now now, std::size_t index, const base::Error& error) {
  Server& server = servers_[index];
  events_.push_back(
      ServerDropped{server.address.name, std::string(error.reason()), error.message()});
  effects_.push_back(LiteClose{index});
  server.backoff = is_lie(error) ? kLieRest : std::min(server.backoff * 2, kLongestBackoff);
  give_back_requests(server, error);
  rest(now, index);
  dispatch(now);
}

void LiteClient::rest(base::Now now, std::size_t index) {
  Server& server = servers_[index];
  server.phase = Phase::Resting;
  server.until = now.steady + server.backoff;
  server.backoff = std::min(server.backoff, kLongestBackoff);
  server.link.reset();
  server.step = Step::None;
  server.slow_answers = 0;
}

void LiteClient::give_back_requests(Server& server, const base::Error& error) {
  for (const auto& [question, request] : server.requests) {
    const auto found = pending_.find(request);
    if (found == pending_.end()) continue;
    found->second.asked = false;
    found->second.last_error = error;
  }
  server.requests.clear();
}

void LiteClient::ask_step(base::Now now, std::size_t index, Step step) {
  Server& server = servers_[index];
  base::Bytes question = tl::encode_boxed(tl::lite::LiteServerGetMasterchainInfo{});
  base::Duration timeout = kAnswerTimeout;
  // An answer about blocks must know of one of this seqno: the next to be proven.
  if (step != Step::Proof) server.proof_target.seqno = 0;
  if (step == Step::WaitedInfo) {
    CHECK(head_);
    server.proof_target.seqno = head_->block.seqno + 1;
    question = after_block(server.proof_target.seqno, kNextBlockWait, question);
    timeout = kNextBlockWait + kWaitMargin;
  } else if (step == Step::Proof) {
    server.proof_from = key_block_;
    tl::lite::LiteServerGetBlockProof proof;
    proof.mode = tl::lite::LiteServerGetBlockProof::kHasTargetBlock;
    proof.known_block = to_tl(server.proof_from);
    proof.target_block = to_tl(server.proof_target);
    question = tl::encode_boxed(proof);
  }
  server.step = step;
  server.step_question = server.link->ask(now, question, timeout, random_);
}

void LiteClient::handle_bytes(base::Now now, std::size_t index, base::BytesView bytes) {
  Server& server = servers_[index];
  if (server.phase != Phase::Ready) return;
  const auto result = server.link->handle_bytes(now, bytes);
  while (server.phase == Phase::Ready) {
    const std::optional<LiteLink::Answer> answer = server.link->poll_answer();
    if (!answer) break;
    handle_answer(now, index, *answer);
  }
  if (server.phase != Phase::Ready) return;
  if (!result) {
    drop(now, index, result.error());
    return;
  }
  dispatch(now);
  if (server.phase == Phase::Ready) flush(index);
}

void LiteClient::handle_answer(base::Now now, std::size_t index, const LiteLink::Answer& answer) {
  Server& server = servers_[index];
  if (server.step != Step::None && server.step_question == answer.question) {
    handle_step(now, index, answer);
    return;
  }
  const auto found = server.requests.find(answer.question);
  if (found == server.requests.end()) return;
  const std::uint64_t request = found->second;
  server.requests.erase(found);
  handle_request_answer(now, index, request, answer);
}

void LiteClient::handle_step(base::Now now, std::size_t index, const LiteLink::Answer& answer) {
  Server& server = servers_[index];
  const Step step = server.step;
  server.step = Step::None;
  if (!answer.content) {
    // "No such block yet" is no fault; a server that can't even say what it has is one.
    if (step == Step::WaitedInfo) {
      ask_step(now, index, Step::Info);
    } else {
      drop(now, index, answer.content.error());
    }
    return;
  }
  const auto result = step == Step::Proof ? handle_proof(now, index, *answer.content)
                                          : handle_info(now, index, *answer.content);
  if (!result) {
    drop(now, index, result.error());
    return;
  }
  server.backoff = kFirstBackoff;
  if (step == Step::Proof) note_latency(now, index, answer.took);
}

base::Result<void> LiteClient::handle_info(base::Now now, std::size_t index,
                                           base::BytesView bytes) {
  Server& server = servers_[index];
  const auto info = TRY(tl::decode_boxed<tl::lite::LiteServerMasterchainInfo>(bytes));
  const BlockId& zero = config_.anchor.zero_state;
  if (info.init.root_hash != zero.root_hash || info.init.file_hash != zero.file_hash) {
    return base::Error(LiteError::WrongNetwork, "The lite server serves another network.");
  }
  const BlockId last = from_tl(info.last);
  const std::uint32_t known = head_ ? head_->block.seqno : key_block_.seqno;
  if (last.seqno > known || !head_) {
    server.proof_target = last;
    ask_step(now, index, Step::Proof);
    return {};
  }
  // Who answers at once instead of waiting would be asked again and again.
  if (known - last.seqno > kLagAllowed || last.seqno < server.proof_target.seqno) {
    return base::Error(LiteError::ServerStale, "The lite server is far behind the chain.");
  }
  ask_step(now, index, Step::WaitedInfo);
  // How late it brings news that others have brought before.
  const auto news = recent_heads_.find(last.seqno);
  if (news != recent_heads_.end()) note_latency(now, index, now.steady - news->second);
  return {};
}

base::Result<void> LiteClient::handle_proof(base::Now now, std::size_t index,
                                            base::BytesView bytes) {
  Server& server = servers_[index];
  const ProvenPath path = TRY(check_block_proof(bytes, server.proof_from, server.proof_target));
  const bool arrived = path.end == server.proof_target;
  // A long way comes in parts, each of which must bring us forward.
  if (!arrived && (path.complete || path.key_block.seqno <= server.proof_from.seqno)) {
    return base::Error(LiteError::ServerNoProof,
                       "The lite server does not prove its newest block.");
  }
  advance(now, path);
  if (arrived) {
    ask_step(now, index, Step::WaitedInfo);
    return {};
  }
  ask_step(now, index, Step::Proof);
  return {};
}

void LiteClient::advance(base::Now now, const ProvenPath& path) {
  if (path.key_block.seqno > key_block_.seqno) key_block_ = path.key_block;
  const bool newer = !head_ || path.end.seqno > head_->block.seqno;
  if (!newer) return;
  head_ = ChainHead{path.end, path.gen_utime, now.steady};
  recent_heads_[path.end.seqno] = now.steady;
  if (recent_heads_.size() > kRecentHeads) recent_heads_.erase(recent_heads_.begin());
  events_.push_back(HeadMoved{*head_});
}

void LiteClient::handle_request_answer(base::Now now, std::size_t index, std::uint64_t request,
                                       const LiteLink::Answer& answer) {
  const auto found = pending_.find(request);
  if (found == pending_.end()) return;
  Pending& pending = found->second;
  pending.asked = false;
  if (!answer.content) {
    // Honest servers refuse too (pruned history, a message that would fail): another one is asked.
    pending.last_error = answer.content.error();
    return;
  }
  auto checked = check_answer(pending.request, pending.head->block, *answer.content);
  if (!checked) {
    pending.last_error = checked.error();
    if (!checked.error().is(LiteError::ServerRefused)) drop(now, index, checked.error());
    return;
  }
  events_.push_back(RequestDone{request, *pending.head, *std::move(checked)});
  pending_.erase(found);
  note_latency(now, index, answer.took);
}

void LiteClient::note_latency(base::Now now, std::size_t index, base::Duration took) {
  Server& server = servers_[index];
  if (server.phase != Phase::Ready) return;
  took = std::max(took, base::Duration(1));  // 0 says that none is known
  server.latency = server.latency == base::Duration{} ? took : (server.latency * 7 + took) / 8;
  const bool faster_exists =
      std::any_of(servers_.begin(), servers_.end(), [&](const Server& other) {
        return &other != &server && other.phase == Phase::Ready &&
               other.latency != base::Duration{} && other.latency * 4 < took;
      });
  server.slow_answers = took > kSlowAnswer && faster_exists ? server.slow_answers + 1 : 0;
  if (server.slow_answers > kSlowAnswersAllowed) {
    drop(now, index, base::Error(LiteError::ServerSlow, "Other lite servers are much faster."));
  }
}

std::optional<std::size_t> LiteClient::choose_server(const Pending& pending) const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    const Server& server = servers_[i];
    const bool usable = server.phase == Phase::Ready && server.link->established();
    if (!usable || pending.tried.contains(i)) continue;
    // Its open questions count as if each took as long as the others did.
    const auto load = [](const Server& s) { return s.latency * (1 + s.requests.size()); };
    if (!best || load(server) < load(servers_[*best])) best = i;
  }
  return best;
}

void LiteClient::dispatch(base::Now now) {
  if (!head_) return;
  std::vector<std::uint64_t> failed;
  for (auto& [id, pending] : pending_) {
    if (pending.asked) continue;
    std::optional<std::size_t> index = choose_server(pending);
    if (!index && pending.tried.size() >= servers_.size()) {
      // All were asked: what the last one said stands.
      failed.push_back(id);
      continue;
    }
    if (!index) continue;
    Server& server = servers_[*index];
    pending.head = head_;
    pending.asked = true;
    pending.tried.insert(*index);
    const base::Bytes question = after_block(head_->block.seqno, kAnswerTimeout / 2,
                                             encode_request(pending.request, head_->block));
    server.requests[server.link->ask(now, question, kAnswerTimeout, random_)] = id;
    flush(*index);
  }
  for (const std::uint64_t id : failed) {
    Pending& pending = pending_.at(id);
    events_.push_back(RequestDone{id, *head_,
                                  pending.last_error.value_or(base::Error(
                                      LiteError::RequestExpired, "No lite server answered."))});
    pending_.erase(id);
  }
}

void LiteClient::flush(std::size_t index) {
  base::Bytes bytes = servers_[index].link->poll_bytes();
  if (!bytes.empty()) effects_.push_back(LiteSend{index, std::move(bytes)});
}

void LiteClient::expire_requests(base::Now now) {
  for (auto it = pending_.begin(); it != pending_.end();) {
    if (now.steady < it->second.end) {
      ++it;
      continue;
    }
    events_.push_back(
        RequestDone{it->first, head_.value_or(ChainHead{}),
                    it->second.last_error.value_or(base::Error(
                        LiteError::RequestExpired, "No lite server answered in time."))});
    it = pending_.erase(it);
  }
}

void LiteClient::handle_time(base::Now now) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    Server& server = servers_[i];
    if (server.phase == Phase::Resting && now.steady >= server.until) {
      connect(now, i);
    } else if (server.phase == Phase::Connecting && now.steady >= server.until) {
      drop(now, i, base::Error(LiteError::ServerClosed, "The connection could not be made."));
    } else if (server.phase == Phase::Ready) {
      const std::optional<base::Instant> deadline = server.link->next_deadline();
      if (deadline && now.steady >= *deadline) {
        drop(now, i, base::Error(LiteError::ServerSilent, "The lite server does not answer."));
      }
    }
  }
  expire_requests(now);
  dispatch(now);
}

std::optional<base::Instant> LiteClient::next_deadline() const {
  std::optional<base::Instant> first;
  const auto consider = [&](std::optional<base::Instant> instant) {
    if (instant && (!first || *instant < *first)) first = instant;
  };
  for (const Server& server : servers_) {
    consider(server.phase == Phase::Ready ? server.link->next_deadline()
                                          : std::optional(server.until));
  }
  for (const auto& [id, pending] : pending_) consider(pending.end);
  return first;
}

std::optional<LiteEffect> LiteClient::poll_effect() {
  if (effects_.empty()) return std::nullopt;
  LiteEffect effect = std::move(effects_.front());
  effects_.pop_front();
  return effect;
}

std::optional<LiteEvent> LiteClient::poll_event() {
  if (events_.empty()) return std::nullopt;
  LiteEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace cocoon::ton
