#include "admin/http_request.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace portreeve::admin {
namespace {

using State = RequestVerdict::State;

std::string Head(const std::string& line, const std::vector<std::string>& headers = {}) {
  std::string text = line + "\r\nHost: gw\r\n";
  for (const std::string& header : headers) text += header + "\r\n";
  return text + "\r\n";
}

std::string StatusOf(const std::string& request) {
  const RequestVerdict verdict = ExamineRequest(request);
  return verdict.state == State::kRefused ? std::string(verdict.status_line).substr(0, 3) : "none";
}

TEST_CASE("a plain request is whole with the last byte of its body, and not before") {
  const std::string request =
      Head("POST /api/v1/agent-tokens HTTP/1.1", {"Content-Length: 2", "Accept: */*"}) + "{}";
  for (size_t length = 0; length < request.size(); ++length) {
    INFO(length);
    CHECK(ExamineRequest(request.substr(0, length)).state == State::kIncomplete);
  }
  // Once the head is there, it is known how much is to come.
  CHECK(ExamineRequest(request.substr(0, request.size() - 2)).bytes == request.size());
  CHECK(ExamineRequest(request.substr(0, 20)).bytes == 21);
  const RequestVerdict whole = ExamineRequest(request + "more");
  CHECK(whole.state == State::kWhole);
  CHECK(whole.bytes == request.size());
  CHECK(ExamineRequest("GET /livez HTTP/1.0\r\n\r\n").state == State::kWhole);
}

TEST_CASE("a head is bounded in bytes and in lines, before its end has come") {
  const std::string begun = "GET / HTTP/1.1\r\nHost: gw\r\nX: ";
  CHECK(StatusOf(begun + std::string(kMaxHeadBytes, 'a')) == "431");
  std::vector<std::string> lines(kMaxHeaderLines - 1, "X: y");
  CHECK(StatusOf(Head("GET / HTTP/1.1", lines)) == "none");
  lines.push_back("X: y");
  CHECK(StatusOf(Head("GET / HTTP/1.1", lines)) == "431");
  CHECK(StatusOf(Head("GET /" + std::string(3000, 'a') + " HTTP/1.1")) == "414");
}

TEST_CASE("a length that is no plain number, or too large, is refused") {
  for (const char* length :
       {"0x10", "-1", "+1", "1e9", "", " ", "1 2", "1,1", "1;1", "0x", "\t", "1\v"}) {
    INFO(length);
    CHECK(StatusOf(Head("POST / HTTP/1.1", {std::string("Content-Length: ") + length})) == "400");
  }
  for (const std::string length : {"65537", "99999999999999999999", "18446744073709551617"}) {
    CHECK(StatusOf(Head("POST / HTTP/1.1", {"Content-Length: " + length})) == "413");
  }
  CHECK(StatusOf(Head("POST / HTTP/1.1", {"Content-Length: 65536"})) == "none");
}

TEST_CASE("a body whose length is told in two ways is refused") {
  CHECK(StatusOf(Head("POST / HTTP/1.1", {"Content-Length: 1", "Content-Length: 1"})) == "400");
  CHECK(StatusOf(Head("POST / HTTP/1.1", {"Content-Length: 1", "content-length: 2"})) == "400");
  for (const char* coding : {"chunked", "identity", "Chunked", "xchunked", "gzip, chunked", ""}) {
    const std::string header = std::string("Transfer-Encoding: ") + coding;
    CHECK(StatusOf(Head("POST / HTTP/1.1", {header})) == "501");
    CHECK(StatusOf(Head("POST / HTTP/1.1", {header, "Content-Length: 1"})) == "501");
  }
}

TEST_CASE("a body that is packed or of several parts, and what must be negotiated, is refused") {
  CHECK(StatusOf(Head("POST / HTTP/1.1", {"Content-Encoding: gzip"})) == "415");
  CHECK(StatusOf(Head("POST / HTTP/1.1", {"Content-Type: Multipart/form-data; boundary=x"})) ==
        "415");
  CHECK(StatusOf(Head("POST / HTTP/1.1", {"Expect: 100-continue"})) == "417");
  CHECK(StatusOf(Head("GET / HTTP/1.1", {"Range: bytes=0-"})) == "400");
}

TEST_CASE("a first line that is not method, path and version is refused") {
  for (const std::string line :
       {"", "GET", "GET /livez", "GET  HTTP/1.1", " / HTTP/1.1", "G:T / HTTP/1.1",
        "GET livez HTTP/1.1", "GET * HTTP/1.1", "GET http://gw/livez HTTP/1.1", "GET /a b HTTP/1.1",
        "GET / HTTP/1.1 ", "GET /\t HTTP/1.1", "GET /#x HTTP/1.1", "GET /\xff HTTP/1.1",
        "GETGETGETGETGETGET / HTTP/1.1"}) {
    INFO(line);
    CHECK(StatusOf(Head(line)) == "400");
  }
  for (const std::string version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.10", "http/1.1"}) {
    INFO(version);
    CHECK(StatusOf(Head("GET / " + version)) == "505");
  }
}

TEST_CASE("an escape that hides NUL, a line end or nothing at all is refused") {
  for (const char* path : {"/a%00", "/a%0d%0aX:%20y", "/a?b=%0A", "/%", "/%z0", "/%0", "/%7f"}) {
    INFO(path);
    CHECK(StatusOf(Head(std::string("GET ") + path + " HTTP/1.1")) == "400");
  }
  CHECK(StatusOf(Head("GET /a%20b?c=%C3%A9 HTTP/1.1")) == "none");
}

TEST_CASE("header lines that two readers could see differently are refused") {
  for (const std::string& line :
       {std::string(" X: y"), std::string("X : y"), std::string("X"), std::string(": y"),
        std::string("X: a\nY: b"), std::string("X: a\rY: b"), std::string("X: a\0b", 6),
        std::string("X\0: y", 5), std::string("\tfolded"), std::string("X: \x7f"),
        std::string("Host: other"), std::string("(X): y")}) {
    INFO(line);
    CHECK(StatusOf(Head("GET / HTTP/1.1", {"A: b", line})) == "400");
  }
  CHECK(StatusOf(Head("GET / HTTP/1.1", {"Authorization: a", "authorization: b"})) == "400");
  CHECK(StatusOf("GET / HTTP/1.1\r\n\r\n") == "400");
}

}  // namespace
}  // namespace portreeve::admin
