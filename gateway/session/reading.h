// How the server will read a text: two of its settings change what stands in it, and both may be
// changed by what is still under way.
#pragma once

#include <atomic>
#include <string_view>

#include "sql/parser.h"

namespace portreeve::session {

struct Reading {
  bool standard_conforming_strings = true;
  // client_encoding is one whose characters can end in an ASCII byte (PostgreSQL 24.3.1).
  bool unsafe_encoding = false;
  // What the server has said of it may be out of date when it reads the text.
  bool strings_in_doubt = false;
  bool encoding_in_doubt = false;
  bool operator==(const Reading&) const = default;
};

// A text that can be read in two ways is not examined.
sql::Facts ReadFacts(std::string_view text, const Reading& reading, const sql::Limits& limits);

// What the server has said by ParameterStatus. Written by one thread, read by any.
class ReportedSettings {
 public:
  void Note(std::string_view name, std::string_view value);

  // With doubts where the session has ever left the usual settings.
  Reading reading() const {
    return {strings_.load(), unsafe_encoding_.load(), strings_changed_.load(),
            encoding_changed_.load()};
  }
  // The bytes of a name are the same here and there.
  bool utf8_throughout() const {
    return server_utf8_.load() && client_utf8_.load() && !encoding_changed_.load();
  }

 private:
  std::atomic<bool> strings_{true};
  std::atomic<bool> strings_changed_{false};
  std::atomic<bool> unsafe_encoding_{false};
  std::atomic<bool> encoding_changed_{false};
  std::atomic<bool> client_utf8_{false};
  std::atomic<bool> server_utf8_{false};
};

}  // namespace portreeve::session
