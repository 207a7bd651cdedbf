// Walks the server's bytes, in pieces cut anywhere, and turns them into what the client gets:
// nearly always the same bytes, untouched and uncopied. Lane's polling thread only.
#pragma once

#include <sys/uio.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "session/answer_masking.h"
#include "session/conversation.h"
#include "session/reading.h"
#include "wire/framing.h"

namespace portreeve::session {

// Bytes for the client in order: views of what came in, and a few owned ones.
class AnswerBytes {
 public:
  void AddView(std::string_view bytes);
  void AddOwned(std::string bytes);
  const std::vector<iovec>& pieces() const { return pieces_; }
  size_t total_bytes() const { return total_bytes_; }
  // Bytes may be appended to it until the next call of another member, which takes them in.
  std::string& Tail() { return tail_; }
  void TakeTail();
  void Clear();

 private:
  std::vector<iovec> pieces_;
  std::deque<std::string> owned_;
  std::string tail_;
  size_t total_bytes_ = 0;
};

// ErrorResponse or NoticeResponse in the gateway's own words (PostgreSQL 55.8).
std::string EncodeReport(char tag, std::string_view severity, const base::Refusal& refusal,
                         uint32_t position);

class AnswerHand {
 public:
  explicit AnswerHand(Conversation& conversation) : conversation_(conversation) {}

  // The caller holds conversation.mutex(). `piece` must live as long as the views in `out`. An
  // error means that the server broke the protocol; `out` then ends before the offence, and every
  // later call says the same.
  absl::Status Feed(std::string_view piece, int64_t now_us, AnswerBytes& out);

  // No message is passed on in part.
  bool at_boundary() const { return body_left_ == 0 || dropping_ || rewriting_; }
  // As ParameterStatus last said. Any thread.
  const ReportedSettings& settings() const { return settings_; }
  void NoteParameter(std::string_view name, std::string_view value) { settings_.Note(name, value); }

 private:
  static constexpr size_t kMaxHeadBytes = 5 + 160;
  // Of what is collected, a session keeps so much room for the next message.
  static constexpr size_t kMaxKeptBytes = 64 * 1024;
  // Rewritten messages leave in pieces of about this size.
  static constexpr size_t kMaxTailBytes = 64 * 1024;

  // Takes one message's head from the front of `rest`, or keeps an incomplete one. Returns bytes
  // taken.
  absl::StatusOr<size_t> TakeHead(std::string_view rest, int64_t now_us, AnswerBytes& out,
                                  std::string_view& pass);
  absl::Status Rewrite(std::string_view body, AnswerBytes& out);
  absl::StatusOr<size_t> TakeRewritten(wire::Header header, std::string_view view,
                                       std::string_view rest, size_t taken, AnswerBytes& out);
  void AddMasked(char type, AnswerBytes& out);
  void AddPrefix(AnswerBytes& out);
  absl::Status Judge(char type, std::string_view head, uint32_t body_bytes, int64_t now_us,
                     AnswerBytes& out, bool& pass);

  Conversation& conversation_;
  std::array<char, kMaxHeadBytes> head_;  // A head that was cut by the end of a piece.
  size_t head_bytes_ = 0;
  uint32_t body_left_ = 0;
  bool dropping_ = false;
  bool rewriting_ = false;  // The message is collected, and something else leaves in its place.
  std::string collected_;
  AnswerMasking masking_;
  ReportedSettings settings_;
  absl::Status broken_;
};

}  // namespace portreeve::session
