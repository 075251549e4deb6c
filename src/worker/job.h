// Job: one request on its way through the engine: from the engine's bytes to the answer messages of
// the protocol.
//
// A plain answer that stays small is held back and goes out as one message whose length is known; a
// stream, or a long answer, goes out piece by piece as it comes, unchanged. Usage is read from the
// bytes as they pass. A job ends exactly once: with its end message or with a failure.
//
// A proxy of version 5 says how much of the answer it takes; what the engine gives beyond that
// waits here, unbilled, and the engine is to be left unread meanwhile.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "openai/headers.h"
#include "openai/usage.h"
#include "payment/pricing.h"
#include "session/link.h"
#include "session/window.h"

namespace cocoon::worker {

struct JobTerms {
  session::LinkId link{};
  std::int32_t version = 0;
  base::Bits256 request_id{};
  payment::Coefficient coefficient;
  payment::Tariff tariff;
  enum class Debug { Off, On } debug = Debug::Off;
  base::WallTime received_at;
};

class Job {
 public:
  explicit Job(const JobTerms& terms);

  const JobTerms& terms() const { return terms_; }
  // Each answers with the messages to send now, in order.
  std::vector<base::Bytes> handle_head(base::Now now, std::uint32_t status,
                                       std::span<const openai::Header> headers);
  std::vector<base::Bytes> handle_body(base::Now now, base::BytesView bytes);
  std::vector<base::Bytes> handle_end(base::Now now);
  // The proxy takes the answer's parts up to this byte.
  std::vector<base::Bytes> handle_window(base::Now now, std::int64_t end);
  base::Bytes fail(base::Now now, std::int32_t code, std::string_view error) const;

  // What the answer is billed at so far.
  payment::AdjustedTokens bill() const;
  // Whether the engine's report can't be: fewer generated tokens than pieces that carried text, or
  // more than there are bytes in the whole answer (hidden reasoning left aside). The report is
  // billed all the same, up to one token for each byte.
  bool doubt() const;
  bool has_head() const { return status_ != 0; }
  // More has come from the engine than the proxy takes now.
  bool is_held_up() const { return mode_ == Mode::Streaming && !held_.empty(); }
  // The end message is out.
  bool has_ended() const { return engine_ended_ && !is_held_up(); }

 private:
  enum class Mode { Holding, Streaming };

  // Bills as much of the front as the proxy takes and makes messages of it; returns its size.
  std::size_t pass_on(base::BytesView bytes, std::vector<base::Bytes>& messages);
  void release(std::vector<base::Bytes>& messages);
  void count(base::BytesView bytes);
  base::Bytes head_message(base::Now now, base::BytesView payload, const base::WallTime* end) const;
  // Every token that is not hidden reasoning leaves at least a byte in the answer.
  std::int64_t most_visible(const base::TokenUsage& usage) const;
  base::Bytes part_message(base::BytesView bytes, const base::WallTime* end) const;

  JobTerms terms_;
  Mode mode_ = Mode::Holding;
  std::uint32_t status_ = 0;
  std::vector<openai::Header> headers_;
  base::Bytes held_;                              // not passed on yet
  std::optional<session::SendingWindow> window_;  // nothing: the proxy takes all
  bool engine_ended_ = false;
  openai::UsageScanner usage_;
  std::uint64_t answer_bytes_ = 0;
};

}  // namespace cocoon::worker
