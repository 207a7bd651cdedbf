// One lane of an agent: who hears what, and what ends it.

#include <cstdint>

#include "link/credit.h"
#include "world.h"

namespace portreeve::fleet {
namespace {

using absl::StatusCode;

// Hears of lanes, and remembers in which order.
class Lanes final : public TunnelListener {
 public:
  void OnTunnelOpen(const std::shared_ptr<Tunnel>&) override { heard += "open\n"; }
  void OnTunnelClosed(const std::shared_ptr<Tunnel>&, const absl::Status&) override {
    heard += "closed\n";
  }
  std::string heard;
};

struct Lane {
  Lanes lanes;
  Connected connected{std::make_shared<Tunnel>(0, "agent-1", "0a", "addr", lanes)};
  std::shared_ptr<Tunnel> tunnel = connected.tunnel();

  std::shared_ptr<Listener> Attach(uint64_t session) {
    auto listener = std::make_shared<Listener>();
    REQUIRE(tunnel->Attach(session, listener));
    return listener;
  }
};

std::string Data(uint64_t session, std::string_view bytes) {
  return FrameOf(link::FRAME_KIND_DATA, session, bytes);
}

std::string Credit(uint64_t session, uint32_t bytes) {
  link::Credit credit;
  credit.set_bytes(bytes);
  return FrameOf(link::FRAME_KIND_CREDIT, session, credit.SerializeAsString());
}

std::string Closed(uint64_t session, const std::string& reason) {
  link::CloseSession close;
  close.set_reason(reason);
  return FrameOf(link::FRAME_KIND_CLOSE, session, close.SerializeAsString());
}

std::string HelloFrame(const link::Hello& hello) {
  return FrameOf(link::FRAME_KIND_HELLO, 0, hello.SerializeAsString());
}

TEST_CASE("each frame reaches the session that it names, and no other") {
  Lane lane;
  REQUIRE(lane.connected.Hello({"orders"}).ok());
  const auto one = lane.Attach(1);
  const auto two = lane.Attach(2);
  link::SessionReady ready;
  ready.set_server_pid(7);
  link::SessionFailed failed;
  failed.set_sqlstate("3D000");
  REQUIRE(lane.connected
              .Deliver(FrameOf(link::FRAME_KIND_READY, 1, ready.SerializeAsString()) +
                       FrameOf(link::FRAME_KIND_FAILED, 2, failed.SerializeAsString()) +
                       Data(1, "abc") + Credit(1, 5) + FrameOf(link::FRAME_KIND_CANCELLED, 1))
              .ok());
  CHECK(one->heard == "ready 7\nanswer abc\ncredit 5\ncancelled\nbatch end\n");
  CHECK(two->heard == "failed 3D000\n");
}

TEST_CASE("data that changes between sessions stays in order, and each hears the batch's end") {
  Lane lane;
  REQUIRE(lane.connected.Hello({"orders"}).ok());
  const auto one = lane.Attach(1);
  const auto two = lane.Attach(2);
  REQUIRE(lane.connected.Deliver(Data(1, "a") + Data(2, "b") + Data(1, "c")).ok());
  CHECK(one->heard == "answer a\nanswer c\nbatch end\nbatch end\n");
  CHECK(two->heard == "answer b\nbatch end\n");
}

TEST_CASE("what the server said before it closed comes first") {
  Lane lane;
  REQUIRE(lane.connected.Hello({"orders"}).ok());
  const auto session = lane.Attach(1);
  REQUIRE(lane.connected.Deliver(Data(1, "last words") + Closed(1, "end")).ok());
  CHECK(session->heard == "answer last words\nbatch end\nclosed end\nbatch end\n");
}

TEST_CASE("frames of a session that has ended here are dropped") {
  Lane lane;
  REQUIRE(lane.connected.Hello({"orders"}).ok());
  const auto session = lane.Attach(1);
  lane.tunnel->Detach(1);
  lane.tunnel->Detach(1);
  CHECK(lane.tunnel->session_count() == 0);
  CHECK(lane.connected
            .Deliver(Data(1, "late") + Credit(1, 5) + Closed(1, "x") +
                     FrameOf(link::FRAME_KIND_CANCELLED, 1) + Data(99, "never"))
            .ok());
  CHECK(session->heard.empty());
}

TEST_CASE("a session is attached once, and only while there is a lane") {
  Lane lane;
  REQUIRE(lane.connected.Hello({"orders"}).ok());
  const auto first = lane.Attach(1);
  CHECK_FALSE(lane.tunnel->Attach(1, std::make_shared<Listener>()));
  REQUIRE(lane.connected.Deliver(Data(1, "x")).ok());
  CHECK(first->heard == "answer x\nbatch end\n");
  lane.connected.handler->OnClosed(base::Unavailable("gone"));
  CHECK_FALSE(lane.tunnel->Attach(2, std::make_shared<Listener>()));
  CHECK(lane.tunnel->closed());
}

TEST_CASE("nothing may come before HELLO") {
  link::Credit credit;
  for (const std::string& first :
       {Data(1, "x"), Data(0, "x"), Credit(1, 1), FrameOf(link::FRAME_KIND_PING, 0, "x"),
        FrameOf(link::FRAME_KIND_DRAIN, 0), FrameOf(link::FRAME_KIND_READY, 1)}) {
    Lane lane;
    CHECK(lane.connected.Deliver(first).code() == StatusCode::kDataLoss);
    CHECK(lane.lanes.heard.empty());
  }
}

TEST_CASE("a HELLO must be whole, come once, and name each connection once by a good name") {
  link::Hello good;
  good.set_agent_version("1.2.3");
  good.add_connections()->set_name("orders");
  const auto refused = [](const std::string& frame) {
    Lane lane;
    const bool ended = lane.connected.Deliver(frame).code() == StatusCode::kDataLoss;
    CHECK(lane.lanes.heard.empty());
    return ended;
  };
  Lane fine;
  CHECK(fine.connected.Deliver(HelloFrame(good)).ok());
  CHECK(fine.lanes.heard == "open\n");
  CHECK(fine.tunnel->hello().connections(0).name() == "orders");
  CHECK(fine.connected.Deliver(HelloFrame(good)).code() == StatusCode::kDataLoss);

  CHECK(refused(FrameOf(link::FRAME_KIND_HELLO, 1, good.SerializeAsString())));
  CHECK(refused(FrameOf(link::FRAME_KIND_HELLO, 0, "\xff\xff\xff")));
  for (const std::string& name :
       {std::string(), std::string("Orders"), std::string("a/b"), std::string("a b"),
        std::string("a\nb"), std::string(64, 'a'), std::string("orders")}) {
    link::Hello bad = good;
    bad.add_connections()->set_name(name);
    CAPTURE(name);
    CHECK(refused(HelloFrame(bad)));
  }
  link::Hello many;
  for (int i = 0; i < 1001; ++i) many.add_connections()->set_name("c" + std::to_string(i));
  CHECK(refused(HelloFrame(many)));
  link::Hello wordy = good;
  wordy.set_agent_version(std::string(65, '1'));
  CHECK(refused(HelloFrame(wordy)));
  link::Hello odd = good;
  odd.set_instance(std::string(65, '1'));
  CHECK(refused(HelloFrame(odd)));
}

TEST_CASE("what only a gateway may send ends the lane, also for a session that is not there") {
  for (const uint64_t session : {uint64_t{0}, uint64_t{1}, uint64_t{99}}) {
    for (const link::FrameKind kind : {link::FRAME_KIND_OPEN, link::FRAME_KIND_CANCEL}) {
      Lane lane;
      REQUIRE(lane.connected.Hello({"orders"}).ok());
      const auto attached = lane.Attach(1);
      CAPTURE(session, kind);
      CHECK(lane.connected.Deliver(FrameOf(kind, session)).code() == StatusCode::kDataLoss);
      CHECK(attached->heard == "lost\n");
    }
  }
}

TEST_CASE("a frame of the lane itself names no session, and a session's frame names one") {
  const link::FrameKind of_lane[] = {link::FRAME_KIND_HELLO, link::FRAME_KIND_PING,
                                     link::FRAME_KIND_PONG, link::FRAME_KIND_DRAIN};
  const link::FrameKind of_session[] = {link::FRAME_KIND_READY, link::FRAME_KIND_FAILED,
                                        link::FRAME_KIND_DATA,  link::FRAME_KIND_CREDIT,
                                        link::FRAME_KIND_CLOSE, link::FRAME_KIND_CANCELLED};
  const auto refused = [](link::FrameKind kind, uint64_t session) {
    Lane lane;
    REQUIRE(lane.connected.Hello({"orders"}).ok());
    return lane.connected.Deliver(FrameOf(kind, session)).code() == StatusCode::kDataLoss;
  };
  for (const link::FrameKind kind : of_lane) CHECK(refused(kind, 1));
  for (const link::FrameKind kind : of_session) CHECK(refused(kind, 0));
}

TEST_CASE("a frame that cannot be decoded ends the lane") {
  for (const link::FrameKind kind : {link::FRAME_KIND_READY, link::FRAME_KIND_FAILED,
                                     link::FRAME_KIND_CREDIT, link::FRAME_KIND_CLOSE}) {
    Lane lane;
    REQUIRE(lane.connected.Hello({"orders"}).ok());
    const auto session = lane.Attach(1);
    CHECK(lane.connected.Deliver(FrameOf(kind, 1, "\xff")).code() == StatusCode::kDataLoss);
    CHECK(session->heard == "lost\n");
  }
}

TEST_CASE("a session that finds its agent misbehaving ends the lane for all") {
  Lane lane;
  REQUIRE(lane.connected.Hello({"orders"}).ok());
  const auto one = lane.Attach(1);
  const auto two = lane.Attach(2);
  one->answer_status = base::DataLoss("more than it was granted");
  CHECK(lane.connected.Deliver(Data(1, "x") + Data(2, "y")).code() == StatusCode::kDataLoss);
  CHECK(one->heard == "answer x\nbatch end\nlost\n");
  CHECK(two->heard == "lost\n");
}

TEST_CASE("a frame of a session that is missing, or comes twice, ends the lane") {
  const auto numbered = [](uint64_t session, uint64_t sequence, link::FrameKind kind) {
    std::string bytes;
    link::AppendFrame(bytes, {session, sequence, kind}, {});
    return bytes;
  };
  for (const uint64_t wrong : {uint64_t{1}, uint64_t{3}, UINT64_MAX}) {
    for (const link::FrameKind kind : {link::FRAME_KIND_DATA, link::FRAME_KIND_READY,
                                       link::FRAME_KIND_FAILED, link::FRAME_KIND_CLOSE}) {
      CAPTURE(wrong, kind);
      Lane lane;
      REQUIRE(lane.connected.Hello({"orders"}).ok());
      const auto one = lane.Attach(1);
      const auto two = lane.Attach(2);
      // Each session counts for itself, and what is nobody's is not counted.
      REQUIRE(lane.connected
                  .Deliver(numbered(1, 1, link::FRAME_KIND_READY) +
                           numbered(2, 1, link::FRAME_KIND_READY) + Credit(1, 5) +
                           numbered(99, 7, link::FRAME_KIND_DATA) +
                           numbered(2, 2, link::FRAME_KIND_DATA))
                  .ok());
      CHECK(lane.connected.Deliver(numbered(1, wrong, kind)).code() == StatusCode::kDataLoss);
      CHECK(one->heard.ends_with("lost\n"));
      CHECK(two->heard.ends_with("lost\n"));
    }
  }
}

TEST_CASE("every session hears once that the link is lost, and then nothing") {
  Lane lane;
  REQUIRE(lane.connected.Hello({"orders"}).ok());
  const auto one = lane.Attach(1);
  const auto two = lane.Attach(2);
  const auto gone = lane.Attach(3);
  lane.tunnel->Detach(3);
  lane.connected.handler->OnClosed(base::Unavailable("cut"));
  CHECK(one->heard == "lost\n");
  CHECK(two->heard == "lost\n");
  CHECK(gone->heard.empty());
  CHECK(lane.tunnel->session_count() == 0);
  CHECK(lane.lanes.heard == "open\nclosed\n");
}

TEST_CASE("a lane that ends before its HELLO was never there") {
  Lane lane;
  lane.connected.handler->OnClosed(base::Unavailable("cut"));
  CHECK(lane.lanes.heard.empty());
}

TEST_CASE("what is sent after the end is dropped") {
  Lane lane;
  REQUIRE(lane.connected.Hello({"orders"}).ok());
  lane.tunnel->Send("one");
  lane.connected.handler->OnClosed(base::Unavailable("cut"));
  lane.tunnel->Send("two");
  lane.tunnel->Close("late");
  CHECK(lane.connected.lane->sent == "one");
  CHECK(lane.connected.lane->closed_for.empty());
}

TEST_CASE("a PING is answered with its own bytes, unless the agent does not read") {
  Lane lane;
  REQUIRE(lane.connected.Hello({"orders"}).ok());
  REQUIRE(lane.connected.Deliver(FrameOf(link::FRAME_KIND_PING, 0, "are you there")).ok());
  const auto frames = Frames(lane.connected.lane->sent).all;
  REQUIRE(frames.size() == 1);
  CHECK(frames.front().header.kind == link::FRAME_KIND_PONG);
  CHECK(frames.front().payload == "are you there");
  lane.connected.lane->pending = 2 << 20;
  for (int i = 0; i < 10; ++i) {
    CHECK(lane.connected.Deliver(FrameOf(link::FRAME_KIND_PING, 0, "flood")).ok());
  }
  CHECK(Frames(lane.connected.lane->sent).all.size() == 1);
}

TEST_CASE("an agent that grants beyond its window gets no more than the window to hold back") {
  link::SendCredit credit;
  CHECK_FALSE(credit.Grant(UINT32_MAX));
  credit.Spend(link::kWindowBytes);
  CHECK(credit.exhausted());
  credit.Spend(5);
  CHECK_FALSE(credit.Grant(5));
  CHECK(credit.Grant(UINT32_MAX));
  CHECK_FALSE(credit.Grant(UINT32_MAX));
  credit.Spend(link::kWindowBytes - 1);
  CHECK_FALSE(credit.exhausted());
  credit.Spend(1);
  CHECK(credit.exhausted());
}

TEST_CASE("DRAIN marks the lane and leaves its sessions alone") {
  Lane lane;
  REQUIRE(lane.connected.Hello({"orders"}).ok());
  const auto session = lane.Attach(1);
  CHECK_FALSE(lane.tunnel->draining());
  REQUIRE(lane.connected.Deliver(FrameOf(link::FRAME_KIND_DRAIN, 0) + Data(1, "x")).ok());
  CHECK(lane.tunnel->draining());
  CHECK(session->heard == "answer x\nbatch end\n");
}

}  // namespace
}  // namespace portreeve::fleet
