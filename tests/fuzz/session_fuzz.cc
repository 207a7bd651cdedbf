// A client that says anything at all, in pieces cut anywhere, to the two hands of a session, before
// a server that answers as PostgreSQL does: nothing refused is passed on, nothing passes without
// its record, what the client hears is whole and right, and every answer finds its turn.
//
// The input is a program: the first byte chooses the rules, and each step is a byte and what it
// asks for. So that most of it is worth trying, messages are built from the lists below; one kind
// of step says raw bytes.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "session_rig.h"
#include "wire/frontend.h"

namespace {

using namespace portreeve::session;
namespace wire = portreeve::wire;

constexpr std::string_view kNames[] = {
    "",
    "s",
    "t",
    "c",
    "n234567890123456789012345678901234567890123456789012345678901_",
    "n234567890123456789012345678901234567890123456789012345678901_xyz",
    "\xc3\xa9",
    "portreeve_refused_0",
};

constexpr std::string_view kTexts[] = {
    "",
    "-- nothing",
    "SELECT 1",
    "SELECT a FROM t",
    "INSERT INTO t VALUES (1)",
    "DELETE FROM t",
    "UPDATE t SET a = 1",
    "CREATE TABLE u (a int)",
    "WITH d AS (DELETE FROM t RETURNING a) SELECT a FROM d",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "BEGIN; SELECT 1; COMMIT",
    "SELECT 1; SELECT 2; SELECT 3",
    "SELECT 1; DELETE FROM t",
    "INSERT INTO t VALUES (1); SELECT 1",
    "PREPARE s AS SELECT 1",
    "PREPARE s AS DELETE FROM t",
    "PREPARE s AS INSERT INTO t VALUES (1)",
    "PREPARE t AS SELECT 1; EXECUTE t",
    "EXECUTE s",
    "EXECUTE t",
    "EXECUTE c",
    "EXPLAIN ANALYZE EXECUTE s",
    "CREATE TABLE u AS EXECUTE s",
    "DEALLOCATE s",
    "DEALLOCATE t",
    "DEALLOCATE ALL",
    "DISCARD ALL",
    "DEALLOCATE s; PREPARE s AS DELETE FROM t",
    "DEALLOCATE s; PREPARE s AS SELECT 1; EXECUTE s",
    "DECLARE c CURSOR FOR SELECT a FROM t",
    "DECLARE c CURSOR WITH HOLD FOR SELECT a FROM t",
    "BEGIN; DECLARE c CURSOR FOR SELECT a FROM t FOR UPDATE",
    "FETCH c",
    "FETCH s",
    "MOVE c",
    "CLOSE c",
    "CLOSE ALL",
    "CLOSE c; DECLARE c CURSOR FOR SELECT 1; FETCH c",
    "COPY t FROM STDIN",
    "COPY t FROM STDIN; COPY t FROM STDIN",
    "COPY t FROM STDIN; DELETE FROM t",
    "SELECT 1; COPY t FROM STDIN; SELECT 2",
    "COPY t TO STDOUT",
    "COPY t FROM '/etc/passwd'",
    "SET standard_conforming_strings = off",
    "SET standard_conforming_strings = on",
    "SELECT set_config('standard_conforming_strings', 'off', false)",
    "RESET ALL",
    "SELECT 'a\\'; DELETE FROM t; --'",
    "SELECT 'a\\\\'; PREPARE s AS DELETE FROM t; --'",
    "SELECT E'a\\'; DELETE FROM t; --'",
    "SET client_encoding = 'SJIS'",
    "SET client_encoding = 'UTF8'",
    "SELECT '\xc3\xa9'",
    "PREPARE \"\xc3\xa9\" AS SELECT 1",
    "EXECUTE \"\xc3\xa9\"",
    "SELECT 'no end",
    "DO $$ BEGIN END $$",
    "SHOW search_path",
    "SET search_path = a",
    "portreeve_refused statement 1",
    "LISTEN x",
};

// Reads the program; behind its end there are zeros.
class Program {
 public:
  Program(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool over() const { return rest_.empty(); }
  uint8_t Byte() { return static_cast<uint8_t>(Bytes(1).append(1, '\0').front()); }
  std::string Bytes(size_t count) {
    std::string bytes(rest_.substr(0, count));
    rest_.remove_prefix(bytes.size());
    return bytes;
  }
  std::string_view Name() { return kNames[Byte() % std::size(kNames)]; }
  std::string_view Text() { return kTexts[Byte() % std::size(kTexts)]; }
  wire::Target Target() {
    return Byte() % 2 == 0 ? wire::Target::kStatement : wire::Target::kPortal;
  }
  // Of pieces: mostly small ones, and now and then all there is.
  size_t Count() {
    const uint8_t byte = Byte();
    return byte < 250 ? byte : 1 << 20;
  }

 private:
  std::string_view rest_;
};

template <typename Message>
std::string Bytes(const Message& message) {
  std::string out;
  message.Encode(out);
  return out;
}

std::string ParseOf(std::string_view name, std::string_view text) {
  wire::Parse parse;
  parse.name = name;
  parse.text = text;
  return Bytes(parse);
}

// More than a message may have to be held whole.
constexpr size_t kLargeBytes = SessionRig::kStatementBytes + RequestHand::kMaxBesideText + 1;

std::string BindOf(std::string_view portal, std::string_view statement, size_t value_bytes) {
  const std::string value(value_bytes, 'v');
  const std::optional<std::string_view> values[] = {value};
  const std::string packed = wire::Values::Pack(values);
  wire::Bind bind;
  bind.portal = portal;
  bind.statement = statement;
  if (value_bytes > 0) bind.values = wire::Values(1, packed);
  return Bytes(bind);
}

std::string CallOf(uint32_t function_oid, size_t value_bytes) {
  const std::string value(value_bytes, 'v');
  const std::optional<std::string_view> values[] = {value};
  const std::string packed = wire::Values::Pack(values);
  wire::FunctionCall call;
  call.function_oid = function_oid;
  call.arguments = wire::Values(1, packed);
  return Bytes(call);
}

std::string LargeText(uint8_t choice) {
  constexpr size_t kSizes[] = {SessionRig::kStatementBytes - 20, SessionRig::kStatementBytes,
                               kLargeBytes};
  return "SELECT 1" + std::string(kSizes[choice % std::size(kSizes)], ' ');
}

constexpr uint8_t kMessages = 20;

// A message of kind `kind`, or any bytes.
std::string MessageOf(uint8_t kind, Program& program) {
  switch (kind) {
    case 0:
      return program.Bytes(program.Byte());
    case 1:
    case 2:
      return Bytes(wire::Query{program.Text()});
    case 3:
      return Bytes(wire::Query{program.Bytes(program.Byte())});
    case 4:
    case 5: {
      const auto name = program.Name();
      return ParseOf(name, program.Text());
    }
    case 6:
    case 7: {
      const auto portal = program.Name();
      return BindOf(portal, program.Name(), 0);
    }
    case 8: {
      const auto portal = program.Name();
      return Bytes(wire::Execute{portal, program.Byte() % 4});
    }
    case 9: {
      const auto target = program.Target();
      return Bytes(wire::Describe{target, program.Name()});
    }
    case 10: {
      const auto target = program.Target();
      return Bytes(wire::Close{target, program.Name()});
    }
    case 11:
      return Bytes(wire::Sync{});
    case 12:
      return Bytes(wire::Flush{});
    case 13:
      return Bytes(wire::CopyData{program.Bytes(program.Byte())});
    case 14:
      return Bytes(wire::CopyDone{});
    case 15:
      return Bytes(wire::CopyFail{"no more"});
    case 16:
      return CallOf(program.Byte() % 3, program.Byte() == 0 ? kLargeBytes : 1);
    case 17: {
      const auto portal = program.Name();
      return BindOf(portal, program.Name(), kLargeBytes);
    }
    case 18: {
      const uint8_t choice = program.Byte();
      const std::string text = LargeText(choice / 2);
      return choice % 2 == 0 ? Bytes(wire::Query{text}) : ParseOf(program.Name(), text);
    }
    default:
      return Bytes(wire::Terminate{});
  }
}

// Parse, Bind, Execute and Sync, as drivers send them.
std::string Extended(Program& program) {
  return ParseOf("", program.Text()) + BindOf("", "", 0) + Bytes(wire::Execute{}) +
         Bytes(wire::Sync{});
}

void Step(Program& program, SessionRig& rig) {
  const uint8_t step = program.Byte();
  if (step < 2 * kMessages) {
    const std::string message = MessageOf(step % kMessages, program);
    rig.Says(message);
    // The upper half of these arrive at once, and are answered.
    if (step < kMessages) return;
    rig.Arrive(SIZE_MAX);
    rig.Serve(SIZE_MAX);
    return rig.Answer(SIZE_MAX);
  }
  switch (step % 10) {
    case 0:
    case 1:
      return rig.Arrive(program.Count());
    case 2:
      return rig.Serve(program.Byte());
    case 3:
    case 4:
      return rig.Answer(program.Count());
    case 5:
      return rig.Adopt(program.Byte() % kRuleSets);
    case 6:
      return rig.server().FailAt(program.Byte());
    case 7:
      return rig.server().SetRows(program.Byte());
    case 8:
      return program.Byte() % 2 == 0 ? rig.server().Notice() : rig.server().Notify();
    default:
      return rig.Says(Extended(program));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A segment of the journal holds much, but not the records of a night.
  constexpr int kInputsPerLane = 256;
  static std::unique_ptr<MemoryLane> lane;
  static int inputs = 0;
  if (inputs++ % kInputsPerLane == 0) lane = std::make_unique<MemoryLane>();
  Program program(data, std::min<size_t>(size, 4096));
  SessionRig rig(*lane, program.Byte() % kRuleSets);
  while (!program.over()) Step(program, rig);
  rig.Finish();
  return 0;
}
