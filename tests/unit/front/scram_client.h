// A client that signs in by SCRAM over whatever carries its bytes.
#pragma once

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "door.h"
#include "scram/client.h"

namespace portreeve::front {

inline constexpr char kLeaseUser[] = "lease_0123456789abcdef0123456789abcdef";
inline constexpr char kLeaseSecret[] = "pls_secret";

inline std::string LeaseStartup(const std::string& user = kLeaseUser) {
  return Startup(wire::kProtocol30, {{"user", user}, {"database", "orders"}});
}

inline std::string Sasl(wire::Authentication::Kind kind, std::string_view data = {},
                        std::vector<std::string_view> mechanisms = {}) {
  wire::Authentication message;
  message.kind = kind;
  message.data = data;
  message.mechanisms = std::move(mechanisms);
  return Bytes(message);
}

// The data of the last whole Authentication message of this kind in `heard`; empty: there is none.
inline std::string DataOf(const std::string& heard, wire::Authentication::Kind kind) {
  std::string data;
  for (std::string_view rest = heard; rest.size() >= wire::kHeaderBytes;) {
    const auto header = wire::ReadHeader(rest);
    if (!header.has_value() || rest.size() < header->message_bytes()) break;
    const auto body = rest.substr(wire::kHeaderBytes, header->message_bytes() - wire::kHeaderBytes);
    rest.remove_prefix(header->message_bytes());
    if (header->type != wire::Authentication::kTag) continue;
    const auto message = wire::Authentication::Decode(body);
    REQUIRE(message.ok());
    if (message->kind == kind) data = std::string(message->data);
  }
  return data;
}

// Signs in as far as the server lets it. True: the server has proved that it knows the secret.
template <typename Peer>
bool SignInByScram(Peer& peer, const std::string& secret, const std::string& binding_data = "",
                   scram::Binding binding = scram::Binding::kUnsupported) {
  scram::ClientOptions options;
  options.password = secret;
  options.nonce = "clientnonce";
  options.binding = binding;
  options.binding_data = binding_data;
  scram::Client client(std::move(options));
  const std::string first = client.First();
  peer.Say(Bytes(wire::SaslInitialResponse{client.mechanism(), first}));
  std::string data;
  const auto heard = [&](wire::Authentication::Kind kind) {
    return Eventually([&] {
      peer.Hear();
      data = DataOf(peer.heard, kind);
      return !data.empty() || peer.heard.find("SFATAL") != std::string::npos;
    });
  };
  if (!heard(wire::Authentication::Kind::kSaslContinue) || data.empty()) return false;
  const auto last = client.Final(data);
  REQUIRE(last.ok());
  peer.Say(Bytes(wire::SaslResponse{*last}));
  if (!heard(wire::Authentication::Kind::kSaslFinal) || data.empty()) return false;
  return client.Verify(data).ok();
}

}  // namespace portreeve::front
