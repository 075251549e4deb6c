// One connection to a lite server: questions go out, each answer finds its question again or a
// deadline passes. Says nothing about whether answers are true.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "base/time.h"
#include "ton/adnl.h"
#include "ton/lite_error.h"

namespace cocoon::ton {

class LiteLink {
 public:
  // Refuses a server key that is none.
  static base::Result<LiteLink> connect(const base::Bits256& server_key, base::Random& random);

  struct Answer {
    std::uint64_t question = 0;
    base::Duration took{};
    // The boxed answer; ServerRefused for a liteServer.error.
    base::Result<base::Bytes> content;
  };

  bool established() const { return adnl_.established(); }
  // `function`: a boxed function of schema/lite_api.tl, perhaps with a waitMasterchainSeqno before
  // it. Answers the question's number.
  std::uint64_t ask(base::Now now, base::BytesView function, base::Duration timeout,
                    base::Random& random);
  // A refusal ends the connection.
  base::Result<void> handle_bytes(base::Now now, base::BytesView bytes);
  std::optional<Answer> poll_answer();
  base::Bytes poll_bytes() { return adnl_.poll_bytes(); }
  // When the first open question should be answered.
  std::optional<base::Instant> next_deadline() const;
  std::size_t open_questions() const { return open_.size(); }

 private:
  struct Open {
    std::uint64_t question = 0;
    base::Instant asked;
    base::Instant deadline;
  };
  explicit LiteLink(AdnlClient adnl) : adnl_(std::move(adnl)) {}
  void handle_payload(base::Now now, base::BytesView payload);

  AdnlClient adnl_;
  std::uint64_t next_question_ = 1;
  std::map<base::Bits256, Open> open_;
  std::deque<Answer> answers_;
};

}  // namespace cocoon::ton
