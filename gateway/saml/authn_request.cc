#include "saml/authn_request.h"

#include "base/encoding.h"
#include "base/random.h"
#include "saml/date_time.h"
#include "saml/names.h"
#include "saml/sign.h"
#include "saml/xml.h"

namespace portreeve::saml {
namespace {

constexpr size_t kRequestIdBytes = 20;

std::string Quoted(std::string_view text) { return "\"" + EscapeXml(text) + "\""; }

// `signature` stands where the schema wants one, or is empty.
std::string RequestXml(const ServiceProvider& sp, const AuthnRequest& request,
                       std::string_view destination, std::string_view signature) {
  return "<samlp:AuthnRequest xmlns:samlp=" + Quoted(kProtocolNs) +
         " xmlns:saml=" + Quoted(kAssertionNs) + " ID=" + Quoted(request.id) +
         " Version=\"2.0\" IssueInstant=" + Quoted(FormatDateTime(request.now_unix_s)) +
         " Destination=" + Quoted(destination) + " ProtocolBinding=" + Quoted(kPostBinding) +
         " AssertionConsumerServiceURL=" + Quoted(sp.acs_url) + "><saml:Issuer>" +
         EscapeXml(sp.entity_id) + "</saml:Issuer>" + std::string(signature) +
         "<samlp:NameIDPolicy AllowCreate=\"true\"/></samlp:AuthnRequest>";
}

// DEFLATE (RFC 1951) as one stored block: the binding asks for the format, not for brevity.
std::string Deflate(std::string_view text) {
  const auto length = static_cast<uint16_t>(text.size());
  std::string block = {'\x01'};
  for (const uint16_t number : {length, static_cast<uint16_t>(~length)}) {
    block += static_cast<char>(number & 0xff);
    block += static_cast<char>(number >> 8);
  }
  return block.append(text);
}
constexpr size_t kMaxStoredBytes = 0xffff;

std::string UrlEncode(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char character : text) {
    if (kUnreserved.find(character) != std::string_view::npos) {
      encoded += character;
    } else {
      encoded += '%' + base::HexEncode(std::string_view(&character, 1));
    }
  }
  return encoded;
}

absl::Status Check(const AuthnRequest& request, const std::string& url, const char* binding) {
  if (url.empty()) {
    return base::FailedPrecondition(std::string("the identity provider takes no requests by ") +
                                    binding);
  }
  if (request.relay_state.size() > kMaxRelayStateBytes) {
    return base::InvalidArgument("the relay state is longer than 80 bytes");
  }
  return absl::OkStatus();
}

}  // namespace

std::string NewRequestId() {
  // An ID may not begin with a digit.
  return "_" + base::HexEncode(base::SecureRandomBytes(kRequestIdBytes));
}

absl::StatusOr<std::string> RedirectUrl(const ServiceProvider& sp, const IdpMetadata& idp,
                                        const SpKey& key, const AuthnRequest& request) {
  RETURN_IF_ERROR(Check(request, idp.redirect_url, "HTTP-Redirect"));
  const std::string xml = RequestXml(sp, request, idp.redirect_url, "");
  if (xml.size() > kMaxStoredBytes) return base::InvalidArgument("the request is too long");
  std::string query = "SAMLRequest=" + UrlEncode(base::Base64Encode(Deflate(xml)));
  if (!request.relay_state.empty()) query += "&RelayState=" + UrlEncode(request.relay_state);
  query += "&SigAlg=" + UrlEncode(kRsaSha256);
  ASSIGN_OR_RETURN(const std::string signature, SignBytes(query, key.key.get()));
  const char joint = idp.redirect_url.find('?') == std::string::npos ? '?' : '&';
  return idp.redirect_url + joint + query +
         "&Signature=" + UrlEncode(base::Base64Encode(signature));
}

absl::StatusOr<PostForm> MakePostForm(const ServiceProvider& sp, const IdpMetadata& idp,
                                      const SpKey& key, const AuthnRequest& request) {
  RETURN_IF_ERROR(Check(request, idp.post_url, "HTTP-POST"));
  const std::string xml = RequestXml(sp, request, idp.post_url, SignatureTemplate(request.id));
  ASSIGN_OR_RETURN(const std::string signed_xml, SignXml(xml, key.key.get()));
  return PostForm{idp.post_url, base::Base64Encode(signed_xml), request.relay_state};
}

std::string SpMetadata(const ServiceProvider& sp, const SpKey& key) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<md:EntityDescriptor xmlns:md=" +
         Quoted(kMetadataNs) + " entityID=" + Quoted(sp.entity_id) +
         ">\n  <md:SPSSODescriptor AuthnRequestsSigned=\"true\" WantAssertionsSigned=\"true\""
         " protocolSupportEnumeration=" +
         Quoted(kProtocolNs) +
         ">\n    <md:KeyDescriptor use=\"signing\">\n      <ds:KeyInfo xmlns:ds=" +
         Quoted(kSignatureNs) + "><ds:X509Data><ds:X509Certificate>" + key.certificate_base64 +
         "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\n    </md:KeyDescriptor>\n"
         "    <md:AssertionConsumerService index=\"0\" isDefault=\"true\" Binding=" +
         Quoted(kPostBinding) + " Location=" + Quoted(sp.acs_url) +
         "/>\n  </md:SPSSODescriptor>\n</md:EntityDescriptor>\n";
}

}  // namespace portreeve::saml
