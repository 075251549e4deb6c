// For tests of roles: the recorded conversations of the reference implementation
// (tests/vectors/wire), taken apart into packets, and the network in which they took place.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "registry/snapshot.h"
#include "session/frame.h"
#include "tl/codec.h"

namespace cocoon::sim {

enum class Heading { ToServer, ToClient };

struct RecordedPacket {
  Heading heading = Heading::ToServer;
  std::string kind;  // "tcp.query"
  std::string name;  // of the object inside; empty if there is none
  std::int64_t query_id = 0;
  base::Bytes object;
  base::Bytes frame;  // the whole frame
};

// The member `name` of the object that begins at text[at], as the recorder wrote it.
inline std::string recorded_member(const std::string& text, std::size_t at,
                                   const std::string& name) {
  const std::string key = "\"" + name + "\": \"";
  const std::size_t begin = text.find(key, at) + key.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

inline RecordedPacket recorded_packet(Heading heading, base::BytesView frame) {
  const base::BytesView payload = frame.subspan(session::kFrameHeaderSize);
  RecordedPacket packet{
      .heading = heading, .kind = {}, .name = {}, .object = {}, .frame = base::to_bytes(frame)};
  packet.kind = tl::constructor_name(tl::peek_id(payload).value_or(0));
  const auto read = tl::decode_boxed<tl::AnyTcpPacket>(payload);
  if (!read) return packet;
  std::visit(
      [&](const auto& body) {
        if constexpr (requires { body.data; }) packet.object = base::to_bytes(body.data);
        if constexpr (requires { body.id; }) packet.query_id = body.id;
      },
      *read);
  if (!packet.object.empty()) {
    packet.name = tl::constructor_name(tl::peek_id(packet.object).value_or(0));
  }
  return packet;
}

// `skip_...`: bytes of either direction before the first frame (attestation frame, SOCKS5).
struct Preface {
  std::size_t to_server = 576;
  std::size_t to_client = 0;
};
inline std::vector<RecordedPacket> recorded(const std::string& file_name, Preface preface = {}) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/wire/" + file_name);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  base::Bytes waiting[2];
  std::size_t skip[2] = {preface.to_server, preface.to_client};
  std::vector<RecordedPacket> packets;
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    const Heading heading =
        recorded_member(text, at, "dir") == "to_server" ? Heading::ToServer : Heading::ToClient;
    const auto side = static_cast<std::size_t>(heading);
    base::Bytes& bytes = waiting[side];
    const auto more = base::from_hex(recorded_member(text, at, "hex")).value_or(base::Bytes{});
    bytes.insert(bytes.end(), more.begin(), more.end());
    const std::size_t skipped = std::min(skip[side], bytes.size());
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(skipped));
    skip[side] -= skipped;
    while (bytes.size() >= session::kFrameHeaderSize) {
      const std::size_t size = session::kFrameHeaderSize + bytes[0] + (std::size_t{bytes[1]} << 8U);
      if (bytes.size() < size) break;
      packets.push_back(recorded_packet(heading, base::BytesView(bytes).first(size)));
      bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    }
  }
  return packets;
}

inline registry::Snapshot recorded_network() {
  std::ifstream file(std::string(COCOON_VECTORS) + "/ton/fake-ton-config.json");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  auto network = registry::parse_pseudo_config(
      *ton::parse_address("EQBT4hy4vMEZ9uxSCuhw_gBKh9_AwmHXLe7Wo0O4Vh-4kRjJ"), text);
  CHECK(network);
  return *std::move(network);
}

inline constexpr std::string_view kRecordedOperator =
    "UQAuz15H1ZHrZ_psVrAra7HealMIVeFq0wguqlmFno1f3B-m";
inline constexpr std::string_view kRecordedWallet =
    "UQCdj43bBDyeJlfe6FVSpWLfsDMp4YHbmz5lca5-tNz-fx20";

}  // namespace cocoon::sim
