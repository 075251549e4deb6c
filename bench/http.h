// The little HTTP/1.1 that the benchmark's two programs need: finding the end of a head and reading
// a body by length or by chunks (RFC 9112). Written for trusted peers on one machine: it refuses
// nonsense but has no limits of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bench {

enum class HeadState { Incomplete, Complete, Invalid };

// One request or response head; the views point into the buffer given to parse_head.
struct Head {
  HeadState state = HeadState::Incomplete;
  std::size_t size = 0;  // bytes up to and including the empty line
  std::string_view start_line;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool close = false;
  bool expects_continue = false;
};

Head parse_head(std::string_view buffer);

// Status code of a response's start line, 0 if it has none.
int status_of(std::string_view start_line);

// What ends a body that announces neither a length nor chunks: nothing follows (requests) or the
// end of the connection (responses).
enum class UnsizedBody { Empty, UntilClose };

// Takes one body out of a stream of bytes, piece by piece, without copying.
class BodyReader {
 public:
  BodyReader() = default;
  BodyReader(const Head& head, UnsizedBody unsized);

  struct Piece {
    std::size_t consumed = 0;  // 0: more input is needed (or the body has ended or failed)
    std::string_view data;     // may be empty although bytes were consumed (framing)
  };
  Piece next(std::string_view input);

  bool done() const { return state_ == State::Done; }
  bool failed() const { return state_ == State::Failed; }
  bool ends_with_connection() const { return state_ == State::UntilClose; }

 private:
  enum class State { Sized, UntilClose, ChunkSize, ChunkData, ChunkEnd, Trailer, Done, Failed };
  Piece take_data(std::string_view input, State after);
  Piece take_line(std::string_view input);

  State state_ = State::Done;
  std::uint64_t left_ = 0;
};

}  // namespace bench
