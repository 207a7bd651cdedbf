// Everything that is wrong with a configuration file, found in one run and said with its place; and
// what is no error but worth a look.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::yaml {

// Counted from 1; 0: the file as a whole.
struct Mark {
  int line = 0;
  int column = 0;
};

class Diagnostics {
 public:
  // More are counted but not kept.
  static constexpr size_t kMaxMessages = 200;

  explicit Diagnostics(std::string file) : file_(std::move(file)) {}

  // Kept as one line of bounded length without control characters.
  void Error(Mark mark, std::string_view message);
  // The file is good all the same.
  void Warning(Mark mark, std::string_view message);
  bool ok() const { return count_ == 0; }
  size_t count() const { return count_; }
  // No more messages are kept: work on their wording is in vain.
  bool full() const { return entries_.size() >= kMaxMessages; }
  // Each "file:line:column: message", in the order of their places.
  std::vector<std::string> Messages() const;
  // The warnings, in the same way.
  std::vector<std::string> Warnings() const;
  // All of them, one a line.
  std::string ToString() const;
  // As the function below; empty also where no more messages are kept.
  std::string DidYouMean(std::string_view word,
                         const std::vector<std::string_view>& candidates) const;
  const std::string& file() const { return file_; }

 private:
  struct Entry {
    Mark mark;
    std::string message;
  };

  std::vector<std::string> Sorted(std::vector<Entry> entries) const;

  std::string file_;
  std::vector<Entry> entries_;
  std::vector<Entry> warnings_;
  size_t count_ = 0;
};

// The candidate that `word` was probably meant to be; empty: none is near.
std::string Nearest(std::string_view word, const std::vector<std::string_view>& candidates);
// What follows on a complaint about `word`: "; did you mean `x`?"; empty: nothing is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace portreeve::yaml
