#include "mask/detectors.h"

#include <catch2/catch.hpp>
#include <random>

namespace portreeve::mask {
namespace {

std::vector<std::string> AllNames() { return {kDetectorNames.begin(), kDetectorNames.end()}; }

struct Found {
  std::string text;
  Findings findings{};
  uint64_t of(Detector detector) const { return findings[static_cast<size_t>(detector)]; }
};

Found Searched(const Detectors& detectors, Shape shape, std::string_view text) {
  Detectors::Scratch scratch;
  Found found;
  std::string out = "before";
  const bool changed = detectors.Search(shape, text, scratch, found.findings, out);
  REQUIRE(out.substr(0, 6) == "before");
  if (!changed) REQUIRE(out.size() == 6);
  found.text = changed ? out.substr(6) : std::string(text);
  return found;
}

const Detectors& All() {
  static const Detectors detectors = *Detectors::Make(AllNames(), {});
  return detectors;
}

std::string Redacted(std::string_view text, Shape shape = Shape::kPlain) {
  return Searched(All(), shape, text).text;
}

void RequireFound(Detector detector, std::string_view value) {
  INFO(value);
  const auto alone = Searched(All(), Shape::kPlain, value);
  REQUIRE(alone.text == "[redacted]");
  REQUIRE(alone.of(detector) == 1);
  const std::string sentence = "see " + std::string(value) + ", please";
  REQUIRE(Redacted(sentence) == "see [redacted], please");
}

void RequireClean(std::string_view value) {
  INFO(value);
  REQUIRE(Redacted(value) == value);
}

TEST_CASE("a social security number is found by its groups and ranges") {
  RequireFound(Detector::kUsSsn, "123-45-6789");
  RequireFound(Detector::kUsSsn, "123 45 6789");
  RequireFound(Detector::kUsSsn, "123\u201345\u20136789");
  REQUIRE(Redacted("SSN123-45-6789x") == "SSN[redacted]x");
  for (const char* text :
       {"123456789", "000-45-6789", "666-45-6789", "900-45-6789", "123-00-6789", "123-45-0000",
        "0123-45-6789", "123-45-67890", "1-123-45-6789", "123-45-6789-0", "123-456-789"}) {
    RequireClean(text);
  }
}

TEST_CASE("a card number is found by issuer, length and check digit") {
  for (const char* card :
       {"4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444",
        "2223003122003222", "378282246310005", "3782 822463 10005", "6011111111111117",
        "30569309025904", "3566002020360505", "6200000000000005", "2200770239097761",
        "4222222222222"}) {
    RequireFound(Detector::kCardNumber, card);
  }
  REQUIRE(Redacted("4111 1111 1111 1111 12/27 123") == "[redacted] 12/27 123");
  REQUIRE(Redacted("order 5 4111 1111 1111 1111") == "order 5 [redacted]");
  for (const char* text :
       {"4111111111111112", "1111111111111117", "41111111111111111", "0000000000000000",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "20240829134759", "411111111111111"}) {
    RequireClean(text);
  }
}

TEST_CASE("an IBAN is found by country, length and checksum") {
  for (const char* iban :
       {"DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432",
        "gb82 west 1234 5698 7654 32", "NO9386011117947", "FR1420041010050500013M02606"}) {
    RequireFound(Detector::kIban, iban);
  }
  REQUIRE(Redacted("DE89 3704 0044 0532 0130 00 thanks") == "[redacted] thanks");
  for (const char* text :
       {"DE88370400440532013000", "DE8937040044053201300", "XX89370400440532013000",
        "xDE89370400440532013000", "DE893704004405320130001"}) {
    RequireClean(text);
  }
}

TEST_CASE("an e-mail address is found in a sentence") {
  for (const char* address : {"ada@example.com", "ada.lovelace+x@mail.example.co.uk",
                              "o'brien@example.ie", "用户@例子.世界", "a@b-c.museum"}) {
    RequireFound(Detector::kEmail, address);
  }
  REQUIRE(Redacted("<ada@example.com>; \"bob@example.org\".") == "<[redacted]>; \"[redacted]\".");
  REQUIRE(Redacted("write to ada@example.com.") == "write to [redacted].");
  REQUIRE(Redacted("x@y@example.com") == "x@[redacted]");
  for (const char* text : {"@example.com", "ada@", "ada@localhost", "a @ b.com", "ada@.com",
                           "ada@10.0.0", "@mention hello"}) {
    RequireClean(text);
  }
}

TEST_CASE("a phone number is found in the form of E.164") {
  for (const char* phone : {"+14155552671", "+1 (415) 555-2671", "+49 30 901820", "+442071838750",
                            "+33 1 09 75 83 51"}) {
    RequireFound(Detector::kPhone, phone);
  }
  for (const char* text : {"14155552671", "+0415555267", "+1415555267", "x+14155552671",
                           "+1234567890123456", "+99 1", "2+2"}) {
    RequireClean(text);
  }
}

TEST_CASE("an address of the internet protocol is found, and no version or time of day") {
  for (const char* address : {"192.0.2.1", "255.255.255.255", "2001:db8::1", "fe80::1", "::1",
                              "2001:db8:0:0:0:0:2:1", "::ffff:192.0.2.1", "64:ff9b::192.0.2.33"}) {
    RequireFound(Detector::kIpAddress, address);
  }
  REQUIRE(Redacted("[2001:db8::1]:443") == "[[redacted]]:443");
  REQUIRE(Redacted("192.0.2.1:443, 192.0.2.0/24.") == "[redacted]:443, [redacted]/24.");
  REQUIRE(Redacted("from:2001:db8::1.") == "from:[redacted].");
  for (const char* text :
       {"1.2.3", "1.2.3.4.5", "256.1.1.1", "12:30:45", "00:1a:2b:3c:4d:5e", "std::string", "a::b",
        "x::date", "2024-08-29 13:47:59", "1:2:3:4:5:6:7"}) {
    RequireClean(text);
  }
}

TEST_CASE("tokens and keys are found by how they begin") {
  RequireFound(Detector::kJwt,
               "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P");
  RequireFound(Detector::kJwt, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.");
  for (const std::string& key :
       {"AKIA" + std::string(16, 'Z'), "ghp_" + std::string(36, 'a'),
        "sk_" + std::string("live_") + std::string(24, 'b'), "xoxb-" + std::string(20, '1'),
        "AIza" + std::string(35, 'c'), "glpat-" + std::string(20, 'd'),
        "npm_" + std::string(36, 'e'), "sk-proj-" + std::string(40, 'f')}) {
    RequireFound(Detector::kApiKey, key);
  }
  const std::string begin = "-----BEGIN RSA " + std::string("PRIVATE KEY-----");
  const std::string end = "-----END RSA " + std::string("PRIVATE KEY-----");
  REQUIRE(Redacted("k: " + begin + "\nMIIB\n" + end + " x") == "k: [redacted] x");
  REQUIRE(Redacted(begin + "\nMIIB\nMIIC") == "[redacted]");
  for (const char* text : {"eyJhbGciOiJIUzI1NiJ9", "AKIA", "ghp_short", "task-based-approach-to-it",
                           "-----BEGIN PUBLIC KEY-----"}) {
    RequireClean(text);
  }
}

TEST_CASE("a JSON document stays one, and is searched behind its escapes") {
  REQUIRE(Redacted(R"({"to":"ada\u0040example.com","n":1})", Shape::kJson) ==
          R"({"to":"[redacted]","n":1})");
  REQUIRE(Redacted(R"({"card":4111111111111111, "x":[1,"\t"]})", Shape::kJson) ==
          R"({"card":"[redacted]", "x":[1,"\t"]})");
  REQUIRE(Redacted(R"(["say \"hi\" to ada@example.com\n"])", Shape::kJson) ==
          R"(["say \"hi\" to [redacted]\u000a"])");
  REQUIRE(Redacted(R"({"ada@example.com":true})", Shape::kJson) == R"({"[redacted]":true})");
  REQUIRE(Redacted(R"("\u00fc\ud83d\ude00 ada\u0040example.com")", Shape::kJson) ==
          "\"ü😀 [redacted]\"");
  const std::string_view clean = R"({"a":"\u0040","b":"\/\/ \ud83d"})";
  REQUIRE(Redacted(clean, Shape::kJson) == clean);
}

TEST_CASE("a text that is a JSON document is taken as one, whatever its type") {
  REQUIRE(Redacted(R"( {"ip":"192\u002e0.2.1"})") == R"( {"ip":"[redacted]"})");
  REQUIRE(Redacted(R"({"inner":"{\"to\":\"ada\\u0040example.com\"}"})") ==
          R"({"inner":"{\"to\":\"[redacted]\"}"})");
  REQUIRE(Redacted("{see ada@example.com}") == "{see [redacted]}");
}

TEST_CASE("an array literal stays one, and is searched behind its escapes") {
  REQUIRE(Redacted(R"({a,ada@example.com,NULL,"x \"y\" ada@example.com"})", Shape::kArray) ==
          R"({a,"[redacted]",NULL,"x \"y\" [redacted]"})");
  REQUIRE(Redacted(R"([0:0]={{ada\@example.com}})", Shape::kArray) == R"([0:0]={{"[redacted]"}})");
  REQUIRE(Redacted(R"({"{\"to\": \"ada\\u0040example.com\"}","1"})", Shape::kJsonArray) ==
          R"({"{\"to\": \"[redacted]\"}","1"})");
  REQUIRE(Redacted(R"({ada@example.com\})", Shape::kArray) == R"({[redacted]\})");
  REQUIRE(Redacted(R"({"ada@example.com)", Shape::kArray) == R"({"[redacted])");
}

TEST_CASE("what is only reported is counted and left in place") {
  const std::vector<std::string> redacted = {"email"};
  const std::vector<std::string> reported = {"us_ssn", "email"};
  const auto detectors = Detectors::Make(redacted, reported);
  REQUIRE(detectors.ok());
  const auto both = Searched(*detectors, Shape::kPlain, "123-45-6789 ada@example.com 192.0.2.1");
  REQUIRE(both.text == "123-45-6789 [redacted] 192.0.2.1");
  REQUIRE(both.of(Detector::kUsSsn) == 1);
  REQUIRE(both.of(Detector::kEmail) == 1);
  REQUIRE(both.of(Detector::kIpAddress) == 0);
  REQUIRE(Searched(*detectors, Shape::kJson, R"({"a":"123-45-6789"})").text ==
          R"({"a":"123-45-6789"})");
  REQUIRE_FALSE(Detectors::Make(std::vector<std::string>{"emails"}, {}).ok());
  REQUIRE(Searched(*Detectors::Make({}, {}), Shape::kPlain, "ada@example.com").text ==
          "ada@example.com");
}

TEST_CASE("a text with more values than can be kept loses its rest") {
  std::string text;
  for (size_t i = 0; i < Detectors::kMaxSpans; ++i) text += "192.0.2.1 ";
  text += "and the rest";
  const auto found = Searched(All(), Shape::kPlain, text);
  REQUIRE(found.of(Detector::kIpAddress) == Detectors::kMaxSpans);
  REQUIRE(found.text.find("192") == std::string::npos);
  REQUIRE(found.text.find("rest") == std::string::npos);
  const auto report = *Detectors::Make({}, AllNames());
  REQUIRE(Searched(report, Shape::kPlain, text).text == text);
}

TEST_CASE("a hostile text takes linear time") {
  // Each of them would take minutes if a failed match were tried again from its next byte.
  constexpr size_t kBytes = 1 << 20;
  const auto repeated = [](std::string_view unit) {
    std::string text;
    while (text.size() < kBytes) text += unit;
    return text;
  };
  for (const char* unit : {"1", "1 ", "a", "a@", "a.", ":", "a:", "1.", "1.1.1.1.", "eyJ", "xsk-",
                           "+1", "-----BEGIN RSA PRIVATE KEY----", "{\"", "[", "\\", "DE89 "}) {
    INFO(unit);
    REQUIRE(Redacted(repeated(unit)).size() <= kBytes * 3);
    Redacted("{\"a\":\"" + repeated(unit) + "\"}", Shape::kJson);
    Redacted("{" + repeated(unit) + "}", Shape::kArray);
  }
}

TEST_CASE("random digits are taken for something as seldom as the reference says") {
  std::mt19937 random(1);
  constexpr int kNumbers = 20'000;
  const auto rate = [&](Detector detector, const std::string& shape) {
    uint64_t found = 0;
    for (int i = 0; i < kNumbers; ++i) {
      std::string text = shape;
      for (char& c : text) {
        if (c == '9') c = static_cast<char>('0' + random() % 10);
      }
      found += Searched(All(), Shape::kPlain, text).of(detector);
    }
    return static_cast<double>(found) / kNumbers;
  };
  REQUIRE(rate(Detector::kCardNumber, "9999999999999999") < 0.035);
  REQUIRE(rate(Detector::kCardNumber, "9999999999999") < 0.02);
  REQUIRE(rate(Detector::kUsSsn, "999999999") == 0);
  REQUIRE(rate(Detector::kIban, "DE99999999999999999999") < 0.02);
}

}  // namespace
}  // namespace portreeve::mask
