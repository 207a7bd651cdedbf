#include "config/issuer_reader.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "oidc/endpoint_url.h"
#include "yaml/map_reader.h"

namespace portreeve::gateway_config {
namespace {

using yaml::MapReader;
using yaml::Node;

constexpr std::string_view kLater[] = {"client_id", "client_secret"};
constexpr size_t kMaxRequiredClaims = 32;

const std::vector<std::string_view>& Algorithms() {
  static const std::vector<std::string_view> kAlgorithms = {
      "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"};
  return kAlgorithms;
}

class IssuerReader {
 public:
  IssuerReader(const Node& node, const std::filesystem::path& folder,
               yaml::Diagnostics& diagnostics)
      : folder_(folder), diagnostics_(diagnostics), reader_(node, "issuer", diagnostics) {
    issuer_.mark = node.mark;
  }

  Issuer Read() {
    issuer_.name = reader_.RequireText("name");
    issuer_.issuer = reader_.RequireText("issuer");
    const std::vector<std::string> none;
    if (reader_.Require("audience") != nullptr) {
      issuer_.audience = reader_.Strings("audience").value_or(none);
    }
    if (reader_.Require("algorithms") != nullptr) {
      issuer_.algorithms = reader_.Strings("algorithms").value_or(none);
    }
    CheckAlgorithms();
    Text("subject_claim", issuer_.subject_claim);
    Text("groups_claim", issuer_.groups_claim);
    if (const Node* node = reader_.Find("required_claims")) ReadRequiredClaims(*node);
    ReadKeys();
    for (const std::string_view key : kLater) reader_.NotSupportedYet(key);
    reader_.Finish();
    return std::move(issuer_);
  }

 private:
  void Text(std::string_view key, std::string& into) {
    if (reader_.Find(key) != nullptr) into = reader_.RequireText(key);
  }

  std::filesystem::path Path(std::string_view key) {
    std::string text;
    Text(key, text);
    return text.empty() ? std::filesystem::path() : folder_ / text;
  }

  void CheckAlgorithms() {
    for (const std::string& algorithm : issuer_.algorithms) {
      if (std::find(Algorithms().begin(), Algorithms().end(), algorithm) != Algorithms().end()) {
        continue;
      }
      reader_.Error("algorithms", "`" + algorithm + "` is not an allowed signature algorithm" +
                                      diagnostics_.DidYouMean(algorithm, Algorithms()));
    }
  }

  // From a file, or from the issuer itself.
  void ReadKeys() {
    const bool has_file = reader_.Find("jwks_file") != nullptr;
    issuer_.jwks_file = Path("jwks_file");
    issuer_.ca_file = Path("ca_file");
    issuer_.user_info = reader_.Bool("userinfo").value_or(false);
    if (has_file) {
      for (const std::string_view key : {"ca_file", "userinfo"}) {
        if (reader_.Find(key) == nullptr) continue;
        reader_.Error(key,
                      "is for an issuer that is asked over the network; remove it or "
                      "`jwks_file`");
      }
      return;
    }
    if (issuer_.issuer.empty()) return;
    if (const auto url = oidc::ParseIssuerUrl(issuer_.issuer); !url.ok()) {
      reader_.Error("issuer", std::string(base::FromAbsl(url.status().message())) +
                                  ", because it is asked for its keys there; or give `jwks_file`");
    }
  }

  void ReadRequiredClaims(const Node& node) {
    const auto error = [&](std::string_view message) {
      diagnostics_.Error(node.mark, "`required_claims`: " + std::string(message));
    };
    if (node.kind != Node::Kind::kMap) return error("must be a map of claims to patterns");
    if (node.entries.empty()) return error("must name a claim; or leave it out");
    if (node.entries.size() > kMaxRequiredClaims) return error("must be at most 32 claims");
    for (const Node::Entry& entry : node.entries) {
      auto patterns = yaml::ReadStrings(entry.value, diagnostics_);
      if (!patterns) continue;
      if (entry.key.empty()) {
        diagnostics_.Error(entry.mark, "`required_claims`: a claim must not be empty");
      }
      issuer_.required_claims.push_back({entry.key, *std::move(patterns)});
    }
  }

  const std::filesystem::path& folder_;
  yaml::Diagnostics& diagnostics_;
  MapReader reader_;
  Issuer issuer_;
};

}  // namespace

std::vector<Issuer> ReadIssuers(const Node& node, const std::filesystem::path& folder,
                                yaml::Diagnostics& diagnostics) {
  std::vector<Issuer> issuers;
  if (node.kind != Node::Kind::kList || node.items.empty()) {
    diagnostics.Error(node.mark, "`issuers` must be a list with at least one issuer");
    return issuers;
  }
  std::set<std::string> seen;
  std::set<std::string> names;
  for (const Node& item : node.items) {
    Issuer issuer = IssuerReader(item, folder, diagnostics).Read();
    if (!issuer.name.empty() && !names.insert(issuer.name).second) {
      diagnostics.Error(item.mark, "there are two issuers named `" + issuer.name + "`");
    }
    if (!issuer.issuer.empty() && !seen.insert(issuer.issuer).second) {
      diagnostics.Error(item.mark, "the issuer `" + issuer.issuer + "` stands here twice");
    }
    issuers.push_back(std::move(issuer));
  }
  return issuers;
}

}  // namespace portreeve::gateway_config
