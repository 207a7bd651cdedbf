#include "fleet/port_certificate.h"

#include "../../support/grpc_life.h"
#include "fleet/enrolment_service.h"
#include "link/grpc_endpoint.h"
#include "portreeve/enrolment.grpc.pb.h"
#include "world.h"

namespace portreeve::fleet {
namespace {

constexpr int64_t kDayUs = 24 * kHourUs;

std::string SerialOf(const std::string& certificate_pem) {
  const auto facts = tls::ReadCertificate(certificate_pem);
  REQUIRE(facts.ok());
  return facts->serial_hex;
}

TEST_CASE("the certificate of the agents' port is renewed at half its life, once") {
  World world;
  PortCertificate certificate(*world.authority, world.clock, world.logger, {"127.0.0.1"});
  const auto first = certificate.Make();
  REQUIRE(first.ok());
  CHECK_FALSE(certificate.Renew());
  world.clock.Move(PortCertificate::kRenewAfterUs - 1);
  CHECK_FALSE(certificate.Renew());
  world.clock.Move(1);
  const auto second = certificate.Renew();
  REQUIRE(second);
  CHECK(SerialOf(second->certificate_chain_pem) != SerialOf(first->certificate_chain_pem));
  CHECK(second->private_key_pem != first->private_key_pem);
  CHECK_FALSE(certificate.Renew());
}

// A call on this channel, and the serial of the certificate that it was made under.
std::string SerialSeen(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  enrolment::EnrolRequest request;
  enrolment::EnrolResponse response;
  const grpc::Status status =
      enrolment::Enrolment::NewStub(channel)->Enrol(&context, request, &response);
  INFO(status.error_message());
  // It is the service that refuses, so the handshake was good.
  REQUIRE(status.error_code() != grpc::StatusCode::UNAVAILABLE);
  const auto seen = context.auth_context()->FindPropertyValues("x509_pem_cert");
  REQUIRE(seen.size() == 1);
  return SerialOf(std::string(seen.front().data(), seen.front().size()));
}

TEST_CASE("a gateway that runs for long shows its new certificate to who dials anew") {
  World world;
  KeepGrpc();
  // Agents verify by the real clock, for which both certificates must be good: all of it began long
  // ago.
  world.clock.Move(-200 * kDayUs);
  std::filesystem::remove(world.folder() / "ca.key");
  const auto authority = world.OpenAuthority();
  EnrolmentService service(*authority, *world.journal, world.clock, world.logger);
  PortCertificate certificate(*authority, world.clock, world.logger, {"127.0.0.1"});
  link::LinkServer::Options options;
  options.address = "127.0.0.1:0";
  options.tls = certificate.Make().value();
  options.tls_renewal = [&certificate] { return certificate.Renew(); };
  options.services = {&service};
  const std::string first = SerialOf(options.tls.certificate_chain_pem);
  const auto server = link::LinkServer::Start(
      std::move(options),
      [&world](size_t lane, const auto& peer) { return world.fleet->Admit(lane, peer); });
  REQUIRE(server.ok());
  const auto dial = [&] {
    return link::MakeChannel("127.0.0.1:" + std::to_string((*server)->port()),
                             {authority->ca_pem(), "", ""});
  };
  const auto old = dial();
  CHECK(SerialSeen(old) == first);
  CHECK(SerialSeen(dial()) == first);
  world.clock.Move(190 * kDayUs);
  const std::string second = SerialSeen(dial());
  CHECK(second != first);
  CHECK(SerialSeen(dial()) == second);
  CHECK(SerialSeen(old) == first);
}

}  // namespace
}  // namespace portreeve::fleet
