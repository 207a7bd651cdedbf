#include "base/log.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "base/utf8.h"

namespace portreeve::base {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::Matches;

// A logger that writes into a pipe, and what has come out of it.
class Pipe {
 public:
  explicit Pipe(int bytes = 1 << 20) {
    int fds[2];
    REQUIRE(pipe2(fds, O_NONBLOCK | O_CLOEXEC) == 0);
    read_ = UniqueFd(fds[0]);
    write_ = UniqueFd(fds[1]);
    fcntl(write_.get(), F_SETPIPE_SZ, bytes);
  }
  int fd() const { return write_.get(); }
  void CloseReader() { read_.Reset(); }
  std::string Take() {
    std::string text(1 << 20, '\0');
    const ssize_t got = read(read_.get(), text.data(), text.size());
    text.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return text;
  }

 private:
  UniqueFd read_;
  UniqueFd write_;
};

std::string LineWith(const std::string& value) {
  Pipe pipe;
  Logger logger(LogLevel::kInfo, pipe.fd());
  logger.Info("event", {{"key", value}});
  return pipe.Take();
}

std::string Escaped(const std::string& value) {
  const std::string line = LineWith(value);
  const size_t at = line.find("key=\"");
  REQUIRE(at != line.npos);
  return line.substr(at + 5, line.size() - at - 7);
}

TEST_CASE("a line says time, level, message and fields") {
  Pipe pipe;
  Logger logger(LogLevel::kDebug, pipe.fd());
  logger.Warn("a peer went away", {{"peer", "10.0.0.7:5432"}, {"bytes", "12"}});
  CHECK_THAT(pipe.Take(),
             Matches("time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z "
                     "level=WARN msg=\"a peer went away\" peer=\"10.0.0.7:5432\" bytes=\"12\"\n"));
}

TEST_CASE("what is below the level is not written") {
  Pipe pipe;
  Logger logger(LogLevel::kWarn, pipe.fd());
  logger.Debug("no");
  logger.Info("no");
  CHECK(pipe.Take().empty());
  logger.Error("yes");
  CHECK_THAT(pipe.Take(), Contains("level=ERROR msg=\"yes\""));
  CHECK_FALSE(logger.enabled(LogLevel::kInfo));
}

TEST_CASE("no value can begin a line or a field of its own") {
  CHECK(Escaped("a\nlevel=ERROR msg=\"forged\"") == R"(a\x0alevel=ERROR msg=\"forged\")");
  CHECK(Escaped("a\" forged=\"b") == R"(a\" forged=\"b)");
  CHECK(Escaped("a\\") == R"(a\\)");
  CHECK(Escaped("a\\x0a") == R"(a\\x0a)");
  CHECK(Escaped(std::string("a\0b", 3)) == R"(a\x00b)");
  CHECK(Escaped("\r\t\x1b[2J\x7f") == R"(\x0d\x09\x1b[2J\x7f)");
}

TEST_CASE("the message is escaped like a value") {
  Pipe pipe;
  Logger logger(LogLevel::kInfo, pipe.fd());
  logger.Info("a\nb\"c");
  CHECK_THAT(pipe.Take(), Contains(R"(msg="a\x0ab\"c")"));
}

TEST_CASE("line ends and terminal commands beyond ASCII are escaped as well") {
  CHECK(Escaped("a\u0085b") == R"(a\xc2\x85b)");      // NEL
  CHECK(Escaped("a\u009b2Jb") == R"(a\xc2\x9b2Jb)");  // CSI
  CHECK(Escaped("a\u2028b\u2029") == R"(a\xe2\x80\xa8b\xe2\x80\xa9)");
  CHECK(Escaped("a\u202eb") == R"(a\xe2\x80\xaeb)");  // Turns the rest of the line round.
  CHECK(Escaped("a\u2066b") == R"(a\xe2\x81\xa6b)");
  CHECK(Escaped("Zoë \u00a0 東京 😀") == "Zoë \u00a0 東京 😀");
}

TEST_CASE("a line is always UTF-8") {
  CHECK(Escaped("a\xff\xfe") == R"(a\xff\xfe)");
  CHECK(Escaped("a\x9b"
                "b") == R"(a\x9bb)");
  CHECK(Escaped("\xe2\x82") == R"(\xe2\x82)");
  CHECK(Escaped("\xed\xa0\x80") == R"(\xed\xa0\x80)");
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (size_t shift = 0; shift < 4; ++shift) {
    const std::string line = LineWith(std::string(shift, 'a') + all);
    CHECK(IsUtf8(line));
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  }
}

TEST_CASE("a long value is cut, between two characters") {
  CHECK(Escaped(std::string(1024, 'x')) == std::string(1024, 'x'));
  CHECK(Escaped(std::string(1025, 'x')) == std::string(1024, 'x') + "...");
  for (size_t shift = 0; shift < 4; ++shift) {
    std::string value(shift, 'a');
    while (value.size() < 5000) value += "😀";
    const std::string text = Escaped(value);
    CHECK(IsUtf8(text));
    CHECK(text.ends_with("😀..."));
    CHECK(text.size() > 1020);
    CHECK(text.size() <= 1024 + 3);
  }
  // An escape is never cut in two.
  CHECK(Escaped("abc" + std::string(2000, '\n')).ends_with("\\x0a..."));
}

TEST_CASE("a line is never longer than a pipe takes in one piece") {
  Pipe pipe;
  Logger logger(LogLevel::kInfo, pipe.fd());
  const std::string big(5000, '\x01');
  logger.Info(big, {{"a", big}, {"b", big}, {"c", big}, {"d", big}, {"e", "lost"}});
  const std::string line = pipe.Take();
  CHECK(line.size() <= 4096);
  CHECK(line.ends_with(" ...\n"));
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  CHECK_THAT(line, Contains(" b=\"") && !Contains(" c=\"") && !Contains(" e=\""));
}

TEST_CASE("a log that nobody reads does not hold anybody up, and tells what was lost") {
  Pipe pipe(4096);
  fcntl(pipe.fd(), F_SETFL, 0);  // A standard error that waits, as it usually does.
  Logger logger(LogLevel::kInfo, pipe.fd());
  for (int i = 0; i < 1000; ++i) logger.Info("line " + std::to_string(i));
  const std::string first = pipe.Take();
  const auto kept = std::count(first.begin(), first.end(), '\n');
  CHECK(kept >= 1);
  CHECK(kept < 1000);
  CHECK(first.ends_with("msg=\"line " + std::to_string(kept - 1) + "\"\n"));
  logger.Info("again");
  CHECK_THAT(pipe.Take(),
             EndsWith("msg=\"again\" lost_lines=\"" + std::to_string(1000 - kept) + "\"\n"));
  logger.Info("and again");
  CHECK_THAT(pipe.Take(), EndsWith("msg=\"and again\"\n"));
}

TEST_CASE("lines of many threads do not run into each other") {
  Pipe pipe;
  Logger logger(LogLevel::kInfo, pipe.fd());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 100; ++j) logger.Info(std::string(200, static_cast<char>('a' + i)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = pipe.Take();
  size_t lines = 0;
  for (size_t at = 0; at < text.size(); ++lines) {
    const size_t end = text.find('\n', at);
    REQUIRE(end != text.npos);
    const std::string line = text.substr(at, end - at);
    const char letter = line[line.size() - 2];
    CHECK_THAT(line, Matches("time=[^ ]+ level=INFO msg=\"" + std::string(1, letter) + "{200}\""));
    at = end + 1;
  }
  CHECK(lines == 400);
}

TEST_CASE("a log that nobody reads any more does not end the process") {
  Pipe pipe;
  pipe.CloseReader();
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGPIPE, SIG_DFL);
    Logger logger(LogLevel::kInfo, pipe.fd());
    logger.Info("into the void");
    logger.Info("and again");
    _exit(7);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
}

}  // namespace
}  // namespace portreeve::base
