// Requests whose connection to their proxy was lost (docs/protocol/v5.md [WIRE-120] on).
#include "client/client.h"
#include "client/limits.h"
#include "session/greeting.h"
#include "session/limits.h"
#include "tl/codec.h"

namespace cocoon::client {
namespace {

using openai::ApiError;
using openai::ApiErrorCode;

ApiError lost_error(std::string_view charge) {
  return {.code = ApiErrorCode::UpstreamError,
          .message = "the connection to the proxy was lost before the answer was whole; " +
                     std::string(charge) + ", so ask again if you want to",
          .param = {},
          .retry_after = {}};
}

constexpr std::string_view kMaybeCharged = "what was under way may have been charged";

}  // namespace

void Client::lose(base::Now now, RunningMap::iterator found, const ton::Address& proxy_contract) {
  Running& running = found->second;
  running.link = {};
  running.lost_at = proxy_contract;
  lost_[proxy_contract].insert(found->first);
  const bool waits =
      running.caller == Caller::Waiting && !running.has_head && !running.order.query.empty();
  if (waits) {
    running.patience = running.deadline;
    return set_deadline(found, std::min(running.deadline, now.steady + kLostPatience));
  }
  let_go_of_query(running);
  say_error(running, lost_error(kMaybeCharged));
  by_call_.erase(running.call);
  running.caller = Caller::Gone;
  running.is_memory = true;
  ++memories_;
  set_deadline(found, now.steady + kLostMemory);
}

void Client::ask_about_lost(base::Now now, ProxyLink& proxy) {
  if (proxy.state != ProxyLink::State::Ready || proxy.version < session::kVersionWithEnds) return;
  const auto lost = lost_.find(proxy.proxy_address);
  if (lost == lost_.end() || !proxy.ends_asked.empty() || now.steady < proxy.next_ends) return;
  std::vector<base::Bits256> requests;
  for (const auto& id : lost->second) {
    if (requests.size() < session::kMaxEndsAsked) requests.push_back(id);
  }
  links_.ask_ends(proxy, std::move(requests));
}

void Client::handle_ends(base::Now now, ProxyLink& proxy, base::BytesView object) {
  const auto answer = tl::decode_boxed<tl::ClientRequestEnds>(object);
  const auto asked = std::exchange(proxy.ends_asked, {});
  if (!answer || answer->ends.size() != asked.size()) {
    return links_.close(proxy.link, "bad_answer");
  }
  proxy.next_ends = now.steady + kEndsPeriod;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto found = running_.find(asked[i]);
    if (found == running_.end() || found->second.lost_at != proxy.proxy_address) continue;
    resolve(now, found, proxy, answer->ends[i]);
  }
}

void Client::resolve(base::Now now, RunningMap::iterator found, ProxyLink& proxy,
                     const tl::ClientRequestEnd& end) {
  Running& running = found->second;
  const auto state = static_cast<session::RequestEnd>(end.state);
  if (state != session::RequestEnd::Free && state != session::RequestEnd::Charged) return;
  forget_lost(found);
  running.link = proxy.link;
  if (state == session::RequestEnd::Charged) {
    let_go_of_query(running);  // another attempt would cost a second time
    book(now, running, end.tokens_used);
  } else {
    links_.note_told(proxy.link, running.most, {});
  }
  running.link = {};
  if (running.caller == Caller::Gone) return erase(found);
  if (state == session::RequestEnd::Charged) {
    return fail(now, found, lost_error("what was under way was charged"));
  }
  // Its id is used up there.
  if (running.id_is_callers) {
    running.tried.push_back(proxy.link);
  } else {
    found = rename(found);
  }
  homeless_.insert(found->first);
}

// A proxy that has just come back may have no workers yet: it is asked until it has some.
void Client::place_homeless(base::Now now) {
  if (homeless_.empty()) return;
  for (const auto& id : std::vector(homeless_.begin(), homeless_.end())) {
    const auto found = running_.find(id);
    Running& running = found->second;
    ProxyLink* proxy = links_.choose_offering(wanted_of(running), running.tried);
    if (!proxy) continue;
    homeless_.erase(id);
    set_deadline(found, running.patience);
    ++counters_.retried;
    send(now, running, *proxy);
  }
  if (!homeless_.empty()) links_.hurry_models(now.steady + kEndsPeriod);
}

void Client::give_up_lost(base::Now now, RunningMap::iterator found) {
  let_go_of_query(found->second);  // asked elsewhere, it could cost a second time
  if (homeless_.contains(found->first)) {
    return fail(now, found, lost_error("nothing was charged"));
  }
  ++counters_.unresolved;
  if (found->second.is_memory) return erase(found);
  fail(now, found, lost_error(kMaybeCharged));
}

void Client::forget_lost(RunningMap::iterator found) {
  Running& running = found->second;
  if (!running.lost_at) return;
  const auto lost = lost_.find(*running.lost_at);
  lost->second.erase(found->first);
  if (lost->second.empty()) lost_.erase(lost);
  running.lost_at.reset();
}

Client::RunningMap::iterator Client::rename(RunningMap::iterator found) {
  auto node = running_.extract(found);
  Running& running = node.mapped();
  deadlines_.erase({running.deadline, running.request_id});
  running.request_id = random_.bits256();
  deadlines_.emplace(running.deadline, running.request_id);
  by_call_[running.call] = running.request_id;
  node.key() = running.request_id;
  return running_.insert(std::move(node)).position;
}

void Client::set_deadline(RunningMap::iterator found, base::Instant deadline) {
  deadlines_.erase({found->second.deadline, found->first});
  found->second.deadline = deadline;
  deadlines_.emplace(deadline, found->first);
}

}  // namespace cocoon::client
