// [WIRE-110] [WIRE-111] What the network is asked for while the caller keeps up, and while it does
// not.
#include "session/window.h"

#include <gtest/gtest.h>

#include "client/client_lab.h"

namespace cocoon::client {
namespace {

using session::kAnswerWindow;
using Pace = Client::Pace;

const std::string kHalf(kAnswerWindow / 2, 'x');

struct Stream {
  ClientLab lab{};
  LinkId link;
  CallId call{};
  base::Bits256 id{};

  explicit Stream(std::int32_t version = 5) : link(lab.ready(version)) {
    call = lab.call();
    id = lab.run(link)->id;
    lab.head(link, id, "", "text/event-stream");
  }
  std::optional<std::int64_t> asked() {
    if (lab.messages(link) == 0) return std::nullopt;
    const auto message = lab.message<tl::ClientAnswerWindow>(link);
    EXPECT_EQ(message->request_id, id);
    return message->bytes;
  }
};

TEST(Window, IsWidenedAsTheCallerReads) {
  Stream stream;
  EXPECT_EQ(stream.asked(), std::nullopt);
  stream.lab.part(stream.link, stream.id, kHalf);
  EXPECT_EQ(stream.asked(), kAnswerWindow + kAnswerWindow / 2);
  stream.lab.part(stream.link, stream.id, "x");
  EXPECT_EQ(stream.asked(), std::nullopt);
  stream.lab.part(stream.link, stream.id, kHalf);
  EXPECT_EQ(stream.asked(), 2 * kAnswerWindow + 1);
}

TEST(Window, WaitsForACallerThatIsBehind) {
  Stream stream;
  stream.lab.pace(stream.call, Pace::Behind);
  stream.lab.part(stream.link, stream.id, kHalf + kHalf);
  EXPECT_EQ(stream.asked(), std::nullopt);
  stream.lab.pace(stream.call, Pace::CaughtUp);
  EXPECT_EQ(stream.asked(), 2 * kAnswerWindow);
  stream.lab.pace(stream.call, Pace::CaughtUp);
  EXPECT_EQ(stream.asked(), std::nullopt);
}

TEST(Window, IsNoMatterOfACallerThatIsGone) {
  Stream stream;
  stream.lab.caller_gone(stream.call);
  EXPECT_EQ(stream.lab.message<tl::ClientCancelQuery>(stream.link)->request_id, stream.id);
  stream.lab.part(stream.link, stream.id, kHalf);
  stream.lab.pace(stream.call, Pace::CaughtUp);
  EXPECT_EQ(stream.asked(), std::nullopt);
}

TEST(Window, IsNotToldToOlderProxies) {
  Stream stream(4);
  stream.lab.part(stream.link, stream.id, kHalf + kHalf + kHalf);
  EXPECT_EQ(stream.asked(), std::nullopt);
  EXPECT_EQ(stream.lab.reply(stream.call).body.size(), 3 * kHalf.size());
}

}  // namespace
}  // namespace cocoon::client
