// Masked columns between the hands of a session: what the server is asked beside what the client
// asks, and what of its answers the client gets.

#include "hands.h"
#include "policy/masks_in_force.h"

namespace portreeve::session {
namespace {

using Catch::Matchers::Contains;

constexpr catalog::Oid kCustomers = 20'001;
constexpr const char* kSelect = "SELECT id, ssn FROM customers";

std::shared_ptr<const catalog::Snapshot> Database() {
  catalog::SnapshotParts parts;
  parts.login_role = "app";
  parts.default_search_path = "public";
  parts.schemas = {"pg_catalog", "public"};
  for (const std::string& schema : parts.schemas) parts.usages.push_back({schema, ""});
  catalog::Relation customers;
  customers.oid = kCustomers;
  customers.schema = "public";
  customers.name = "customers";
  customers.columns = {{1, "id", 23}, {2, "ssn", 25}};
  parts.relations.push_back(std::move(customers));
  return catalog::Snapshot::Make(std::move(parts));
}

// ---- what the server says of customers
std::string Described(std::vector<int16_t> columns = {1, 2}) {
  wire::RowDescription description;
  for (const int16_t column : columns) {
    wire::FieldDescription field;
    field.name = column == 1 ? "id" : "ssn";
    field.table_oid = kCustomers;
    field.attribute = column;
    field.type_oid = column == 1 ? 23 : 25;
    description.fields.push_back(field);
  }
  return Bytes(description);
}

std::string Customer(std::string_view id, std::string_view ssn) {
  const std::optional<std::string_view> values[] = {id, ssn};
  const std::string packed = wire::Values::Pack(values);
  return Bytes(wire::DataRow{wire::Values(2, packed)});
}

class Masked : public Hands {
 public:
  explicit Masked(const std::string& with = "{ keep_last: 4 }") { Mask(with); }

  void Mask(const std::string& with) {
    policy = MakePolicy(kAnything,
                        "masks:\n  - { name: ssn, columns: [\"public.customers.ssn\"], "
                        "with: " +
                            with + " }\n");
    grant = GrantOf(*policy, {});
    gatekeeper.set_standing({policy, grant.get(), policy::MasksFor(policy, {}, {"orders", {}})},
                            meter);
    requests.NoteStanding();
    requests.name_space().set_snapshot(database_);
  }
  // A text that is answered and leaves the session in that status.
  std::string Ask(std::string_view text, const std::string& answer, char ready) {
    Client(Query(text));
    return Server(answer + Ready(ready));
  }

 private:
  const std::shared_ptr<const catalog::Snapshot> database_ = Database();
};

std::string BackendNames(std::string_view bytes) { return Names(wire::Side::kBackend, bytes); }

TEST_CASE("the rows of a Query leave masked, with one notice of what is masked in them") {
  Masked hands;
  CHECK(hands.Client(Query(kSelect)) == Query(kSelect));
  const std::string answer =
      Described() + Customer("1", "123-45-6789") + Complete("SELECT 1") + Ready();
  const std::string told = hands.Server(answer);
  CHECK(BackendNames(told) ==
        "RowDescription DataRow NoticeResponse CommandComplete ReadyForQuery");
  CHECK_THAT(told, Contains(Customer("1", "*******6789")));
  CHECK_THAT(told, Contains("masked: public.customers.ssn"));
  hands.Client(Query(kSelect));
  CHECK(hands.Server(answer) ==
        Described() + Customer("1", "*******6789") + Complete("SELECT 1") + Ready());
}

TEST_CASE("who executes without asking for a description gets masked rows and no description") {
  Masked hands;
  const std::string run = Bind("", "s") + Execute("") + Sync();
  const std::string asked = hands.Client(Parse("s", kSelect) + run);
  CHECK(Names(wire::Side::kFrontend, asked) == "Parse Bind Describe Execute Sync");
  const std::string rows = Customer("1", "123-45-6789") + Complete("SELECT 1") + Ready();
  const std::string first = hands.Server(Parsed() + Bound() + Described() + rows);
  CHECK(BackendNames(first) ==
        "ParseComplete BindComplete DataRow NoticeResponse CommandComplete ReadyForQuery");
  CHECK_THAT(first, Contains(Customer("1", "*******6789")));
  CHECK(hands.Client(run) == Bind("", "s") + DescribePortal("") + Execute("") + Sync());
  CHECK(hands.Server(Bound() + Described() + rows) ==
        Bound() + Customer("1", "*******6789") + Complete("SELECT 1") + Ready());
}

TEST_CASE("who asks for the description gets it, and nobody asks twice") {
  Masked hands;
  const std::string asked =
      Parse("s", kSelect) + Bind("", "s") + DescribePortal("") + Execute("") + Sync();
  CHECK(hands.Client(asked) == asked);
  const std::string told = hands.Server(Parsed() + Bound() + Described() +
                                        Customer("1", "123-45-6789") + Complete("SELECT 1"));
  CHECK_THAT(told, Contains(Described() + Customer("1", "*******6789")));
}

TEST_CASE("a description that is not what was analysed ends the session, and no row leaves") {
  Masked hands;
  hands.Client(Query("SELECT id FROM customers"));
  const std::vector<int16_t> columns =
      GENERATE(std::vector<int16_t>{2}, std::vector<int16_t>{1, 1}, std::vector<int16_t>{});
  CHECK(hands.Server(Described(columns) + Row("123-45-6789")).empty());
  CHECK_FALSE(hands.status.ok());
  CHECK(hands.Server(Row("123-45-6789") + Complete("SELECT 1") + Ready()).empty());
}

TEST_CASE(
    "reports lose their texts from the first touch of what is masked to the transaction's end") {
  Masked hands;
  const std::string error = Error("23514", "Failing row contains 123-45-6789");
  CHECK(hands.Ask("SELECT 1", error, 'I') == error + Ready());
  hands.Ask("BEGIN", Complete("BEGIN"), 'T');
  CHECK(hands.Ask("SELECT 1", error, 'T') == error + Ready('T'));
  hands.Ask(kSelect, Described() + Complete("SELECT 0"), 'T');
  const std::string later = hands.Ask("SELECT 1", error, 'E');
  CHECK_THAT(later, Contains("23514"));
  CHECK_THAT(later, !Contains("6789"));
  CHECK_THAT(hands.Ask("COMMIT", error, 'I'), !Contains("6789"));
  CHECK(hands.Ask("SELECT 1", error, 'I') == error + Ready());
}

TEST_CASE("a copy leaves masked, however the server cuts it") {
  Masked hands;
  hands.Client(Query("COPY customers TO STDOUT"));
  wire::CopyOutResponse begins;
  const std::string formats(4, '\0');
  begins.columns = wire::FormatCodes(formats);
  const std::string told =
      hands.Server(Bytes(begins) + Data("1\t123-4") + Data("5-6789\n2\t\\N\n") + CopyDone() +
                   Complete("COPY 2") + Ready());
  CHECK_THAT(told, Contains("1\t*******6789\n") && Contains("2\t\\N\n") && !Contains("123-4"));
}

TEST_CASE("what was prepared before is masked as the policy says when it runs") {
  Masked hands;
  hands.Client(Parse("s", kSelect) + Sync());
  hands.Server(Parsed() + Ready());
  hands.Mask("redact");
  hands.Client(Bind("", "s") + Execute("") + Sync());
  CHECK_THAT(hands.Server(Bound() + Described() + Customer("1", "123-45-6789")),
             Contains(Customer("1", "[redacted]")));
}

}  // namespace
}  // namespace portreeve::session
