// A lite client: follows the masterchain from a pinned block to the newest one, and answers
// requests about it, over several lite servers of which it believes none.
//
// Every server that answers may move the client forward, by proof; any server may answer a request,
// by proof. One that is silent, slow, far behind, or caught in a lie is dropped, named, and tried
// again later; its work goes to another. The client's own clock is never compared with the chain's:
// a server is behind if another one has proven more.
#pragma once

#include <deque>
#include <set>
#include <string>

#include "ton/block_proof.h"
#include "ton/lite_link.h"
#include "ton/lite_request.h"

namespace cocoon::ton {

// Where trust begins: from the configuration file of a network.
struct ChainAnchor {
  BlockId zero_state;  // seqno 0
  BlockId init_block;  // a key block, or the zero state
};

struct LiteServer {
  std::string name;  // "host:port", for the shell and for people
  base::Bits256 key{};
};

struct LiteClientConfig {
  ChainAnchor anchor;
  std::vector<LiteServer> servers;
};

// The newest block that is proven.
struct ChainHead {
  BlockId block;
  std::uint32_t gen_utime = 0;  // Unix seconds
  base::Instant proven_at;
};

// For the shell to carry out.
struct LiteConnect {
  std::size_t server = 0;
};
struct LiteSend {
  std::size_t server = 0;
  base::Bytes bytes;
};
struct LiteClose {
  std::size_t server = 0;
};
using LiteEffect = std::variant<LiteConnect, LiteSend, LiteClose>;

// For the client's owner.
struct HeadMoved {
  ChainHead head;
};
struct RequestDone {
  std::uint64_t request = 0;
  ChainHead head;  // as of which it is answered
  base::Result<LiteAnswer> answer;
};
struct ServerDropped {
  std::string name;
  std::string reason;  // a reason_name
  std::string message;
};
using LiteEvent = std::variant<HeadMoved, RequestDone, ServerDropped>;

class LiteClient {
 public:
  // `random` must outlive the client.
  LiteClient(LiteClientConfig config, base::Random& random);

  // Goes on from save(), which must be from one's own disk: what it says is trusted. Refuses a
  // damaged one and one of another network (saved_form); the client then begins at the anchor.
  base::Result<void> restore(base::BytesView saved);
  base::Bytes save() const;

  const std::optional<ChainHead>& head() const { return head_; }
  const BlockId& key_block() const { return key_block_; }
  // How many servers are connected and have answered.
  std::size_t ready_servers() const;

  // Answered by a RequestDone, at the latest after kRequestLife.
  std::uint64_t request(base::Now now, LiteRequest request);

  void handle_connected(base::Now now, std::size_t server);
  void handle_closed(base::Now now, std::size_t server);
  void handle_bytes(base::Now now, std::size_t server, base::BytesView bytes);
  void handle_time(base::Now now);
  std::optional<base::Instant> next_deadline() const;

  std::optional<LiteEffect> poll_effect();
  std::optional<LiteEvent> poll_event();

 private:
  enum class Phase { Resting, Connecting, Ready };
  enum class Step { None, Info, WaitedInfo, Proof };
  struct Server {
    LiteServer address;
    Phase phase = Phase::Resting;
    base::Instant until{};  // Resting: try again then; Connecting: give up then
    base::Duration backoff{};
    std::optional<LiteLink> link;
    Step step = Step::None;
    std::uint64_t step_question = 0;
    BlockId proof_from;
    BlockId proof_target;
    std::map<std::uint64_t, std::uint64_t> requests;  // question to request
    base::Duration latency{};                         // smoothed
    unsigned slow_answers = 0;
  };
  struct Pending {
    LiteRequest request;
    base::Instant end;
    std::optional<ChainHead> head;  // as of which it was last asked
    std::set<std::size_t> tried;
    unsigned attempts = 0;
    bool asked = false;
    std::optional<base::Error> last_error;
  };

  void connect(base::Now now, std::size_t index);
  void drop(base::Now now, std::size_t index, const base::Error& error);
  void rest(base::Now now, std::size_t index);
  void give_back_requests(Server& server, const base::Error& error);
  void ask_step(base::Now now, std::size_t index, Step step);
  void handle_answer(base::Now now, std::size_t index, const LiteLink::Answer& answer);
  void handle_step(base::Now now, std::size_t index, const LiteLink::Answer& answer);
  base::Result<void> handle_info(base::Now now, std::size_t index, base::BytesView bytes);
  base::Result<void> handle_proof(base::Now now, std::size_t index, base::BytesView bytes);
  void advance(base::Now now, const ProvenPath& path);
  void handle_request_answer(base::Now now, std::size_t index, std::uint64_t request,
                             const LiteLink::Answer& answer);
  void note_latency(base::Now now, std::size_t index, base::Duration took);
  void dispatch(base::Now now);
  std::optional<std::size_t> choose_server(const Pending& pending) const;
  void flush(std::size_t index);
  void expire_requests(base::Now now);

  LiteClientConfig config_;
  base::Random& random_;
  BlockId key_block_;
  std::optional<ChainHead> head_;
  std::map<std::uint32_t, base::Instant> recent_heads_;  // when each was proven, by seqno
  std::vector<Server> servers_;
  std::uint64_t next_request_ = 1;
  std::map<std::uint64_t, Pending> pending_;
  std::deque<LiteEffect> effects_;
  std::deque<LiteEvent> events_;
};

inline constexpr base::Duration kConnectTimeout = std::chrono::seconds(5);
inline constexpr base::Duration kAnswerTimeout = std::chrono::seconds(8);
// A server holds a question for the next block this long before it says that there is none.
inline constexpr base::Duration kNextBlockWait = std::chrono::seconds(10);
inline constexpr base::Duration kRequestLife = std::chrono::seconds(30);
inline constexpr base::Duration kFirstBackoff = std::chrono::milliseconds(500);
inline constexpr base::Duration kLongestBackoff = std::chrono::seconds(60);
// A server caught in a lie rests this long.
inline constexpr base::Duration kLieRest = std::chrono::minutes(10);
// Answers (and news of blocks) slower than this count against a server if another one is at least 4
// times faster.
inline constexpr base::Duration kSlowAnswer = std::chrono::seconds(2);
inline constexpr std::size_t kRecentHeads = 64;
inline constexpr unsigned kSlowAnswersAllowed = 2;
// Blocks that a server may lag behind the newest proven one.
inline constexpr std::uint32_t kLagAllowed = 100;

}  // namespace cocoon::ton
