#include "io/stream.h"

#include <utility>

#include "io/stream_state.h"

namespace cocoon::io {

Stream::Stream(std::shared_ptr<State> state) : state_(std::move(state)) {}

Stream::~Stream() { state_->abandon(); }

void Stream::start(StreamEvents& events) { state_->start(events); }
void Stream::write(base::BytesView bytes) { state_->write(bytes); }
void Stream::write(base::Bytes&& bytes) { state_->write(std::move(bytes)); }
std::size_t Stream::pending_bytes() const { return state_->pending_bytes(); }
std::uint64_t Stream::sent_bytes() const { return state_->sent_bytes(); }
void Stream::pause_reading() { state_->pause_reading(); }
void Stream::resume_reading() { state_->resume_reading(); }
void Stream::close() { state_->close(); }
const std::string& Stream::peer_address() const { return state_->peer_address(); }

const std::vector<base::Bytes>& Stream::peer_chain() const {
  static const std::vector<base::Bytes> kNone;
  return state_->tls() ? state_->tls()->peer_chain() : kNone;
}

base::Bytes Stream::own_certificate() const {
  return state_->tls() ? state_->tls()->own_certificate() : base::Bytes();
}

base::Result<base::Bytes> Stream::export_keying_material(std::string_view label,
                                                         base::BytesView context,
                                                         std::size_t size) const {
  if (!state_->tls()) return base::Error(IoFault::TlsFailed, "no exporter value on plain TCP");
  return state_->tls()->export_keying_material(label, context, size);
}

}  // namespace cocoon::io
