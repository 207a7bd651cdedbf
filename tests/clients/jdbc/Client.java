import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.BatchUpdateException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.Arrays;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;
import org.postgresql.util.PSQLException;

/** What pgjdbc does with a server, printed line by line. The server is found by PG* variables. */
public final class Client {
  private interface Use {
    void with(Connection connection) throws Exception;
  }

  static Connection connect(String... more) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", System.getenv("PGUSER"));
    properties.setProperty("password", System.getenv("PGPASSWORD"));
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", System.getenv("PGSSLROOTCERT"));
    for (int i = 0; i < more.length; i += 2) properties.setProperty(more[i], more[i + 1]);
    String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT")
        + "/" + System.getenv("PGDATABASE");
    return DriverManager.getConnection(url, properties);
  }

  private static void say(String what, Object value) {
    System.out.println(what + ": " + value);
  }

  private static void failure(String what, SQLException error) {
    say(what, error.getSQLState() + " " + error.getMessage().replace('\n', '|'));
  }

  private static void run(String name, Use use, String... properties) throws Exception {
    System.out.println("-- " + name);
    try (Connection connection = connect(properties)) {
      use.with(connection);
    }
  }

  private static String rows(ResultSet set) throws SQLException {
    StringBuilder text = new StringBuilder();
    int columns = set.getMetaData().getColumnCount();
    while (set.next()) {
      for (int i = 1; i <= columns; i++) {
        boolean bytes = set.getMetaData().getColumnType(i) == Types.BINARY;
        text.append(i > 1 ? "," : "");
        text.append(bytes ? Arrays.toString(set.getBytes(i)) : set.getString(i));
      }
      text.append(';');
    }
    return text.toString();
  }

  private static void prepared(Connection connection) throws SQLException {
    // Beyond the fifth execution the driver names the statement and asks for binary results.
    try (PreparedStatement asked =
        connection.prepareStatement("SELECT id, name, now() > ? FROM customers WHERE id = ?")) {
      for (int i = 1; i <= 12; i++) {
        asked.setObject(1, java.time.OffsetDateTime.parse("2024-02-29T12:00:00Z"));
        asked.setInt(2, i);
        say("row", rows(asked.executeQuery()));
      }
      say("parameters", asked.getParameterMetaData().getParameterTypeName(2));
      say("columns", asked.getMetaData().getColumnTypeName(3));
    }
  }

  private static void typed(Connection connection) throws SQLException {
    try (PreparedStatement typed = connection.prepareStatement(
        "SELECT ?::bigint, ?::numeric, ?::text, ?::bytea, ?::uuid, ?::text[], ?::boolean")) {
      typed.setLong(1, 1L << 60);
      typed.setBigDecimal(2, new java.math.BigDecimal("1.50"));
      typed.setString(3, "it's \\ \u00fc");
      typed.setBytes(4, new byte[] {0, -1});
      typed.setObject(5, new java.util.UUID(0, 77));
      typed.setArray(6, connection.createArrayOf("text", new String[] {"a", null}));
      typed.setNull(7, Types.BOOLEAN);
      say("values", rows(typed.executeQuery()));
    }
  }

  private static void batches(Connection connection) throws SQLException {
    connection.createStatement().execute("CREATE TEMP TABLE t (i serial PRIMARY KEY, n text)");
    try (PreparedStatement insert = connection.prepareStatement(
        "INSERT INTO t (n) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
      for (int i = 0; i < 1000; i++) {
        insert.setString(1, "n" + i);
        insert.addBatch();
      }
      say("batch", Arrays.stream(insert.executeBatch()).sum());
      String keys = rows(insert.getGeneratedKeys());
      say("keys", keys.length() + " " + keys.substring(0, 20));
    }
    connection.setAutoCommit(false);
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
      for (int i : new int[] {5001, 5002, 1, 5003}) {
        insert.setInt(1, i);
        insert.setString(2, "x");
        insert.addBatch();
      }
      insert.executeBatch();
    } catch (BatchUpdateException error) {
      failure("batch", error);
      say("counts", Arrays.toString(error.getUpdateCounts()));
    }
    connection.rollback();
    Savepoint here = connection.setSavepoint();
    connection.createStatement().executeUpdate("DELETE FROM t");
    connection.rollback(here);
    connection.commit();
    say("left", rows(connection.createStatement().executeQuery("SELECT count(*) FROM t")));
  }

  private static void cursors(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(100);
      ResultSet set = statement.executeQuery("SELECT generate_series(1, 10000)");
      long sum = 0;
      // Another statement between two fetches of the portal.
      while (set.next()) {
        sum += set.getInt(1);
        if (set.getRow() % 1000 == 0) {
          try (Statement other = connection.createStatement()) {
            sum += Long.parseLong(rows(other.executeQuery("SELECT 1")).replace(";", ""));
          }
        }
      }
      say("sum", sum);
      statement.setMaxRows(3);
      say("at most", rows(statement.executeQuery("SELECT generate_series(1, 10000)")));
    }
    try (Statement scrolled = connection.createStatement(
        ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
      ResultSet set =
          scrolled.executeQuery("SELECT id, name FROM customers WHERE id < 5 ORDER BY id");
      set.last();
      set.updateString(2, "updated");
      set.updateRow();
      say("updated", set.getString(2));
    }
    connection.rollback();
  }

  private static void cancelled(Connection connection) throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      statement.executeQuery("SELECT pg_sleep(60)");
    } catch (SQLException error) {
      failure("timeout", error);
    }
    try (Statement statement = connection.createStatement()) {
      Thread other = new Thread(() -> {
        try {
          Thread.sleep(300);
          statement.cancel();
        } catch (InterruptedException | SQLException error) {
          say("cancel", error);
        }
      });
      other.start();
      try {
        statement.executeQuery("SELECT pg_sleep(60)");
      } catch (SQLException error) {
        failure("cancelled", error);
      }
      other.join();
      say("after", rows(statement.executeQuery("SELECT 1")));
    }
  }

  private static void copies(Connection connection) throws Exception {
    connection.createStatement().execute("CREATE TEMP TABLE t (i int, n text)");
    CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20000; i++) text.append(i).append(",\"row, ").append(i).append("\"\n");
    say("in", copies.copyIn("COPY t FROM STDIN (FORMAT csv)", new StringReader(text.toString())));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    say("out", copies.copyOut("COPY t TO STDOUT (FORMAT csv)", out));
    say("same", out.toString(StandardCharsets.UTF_8).equals(text.toString()));
    try {
      copies.copyIn("COPY t FROM STDIN", new StringReader("x\n"));
    } catch (PSQLException error) {
      failure("wrong", error);
    }
    say("count", rows(connection.createStatement().executeQuery("SELECT count(*) FROM t")));
  }

  private static void others(Connection connection) throws Exception {
    PGConnection listening = connection.unwrap(PGConnection.class);
    connection.createStatement().execute("LISTEN news");
    try (Connection telling = connect()) {
      telling.createStatement().execute("NOTIFY news, 'told'");
    }
    say("heard", listening.getNotifications(20000)[0].getParameter());
    connection.createStatement().execute(
        "CREATE FUNCTION pg_temp.half(i int) RETURNS int LANGUAGE sql AS 'SELECT i / 2'");
    try (CallableStatement call = connection.prepareCall("{? = call pg_temp.half(?)}")) {
      call.registerOutParameter(1, Types.INTEGER);
      call.setInt(2, 84);
      call.execute();
      say("half", call.getInt(1));
    }
    connection.setAutoCommit(false);
    LargeObjectManager objects = listening.getLargeObjectAPI();
    long number = objects.createLO();
    LargeObject object = objects.open(number);
    object.write(new byte[100000]);
    object.seek(99990);
    say("large object", object.read(100).length);
    objects.delete(number);
    connection.rollback();
    connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
    connection.setReadOnly(true);
    say("isolation", rows(connection.createStatement().executeQuery("SHOW transaction_isolation")));
    try {
      connection.createStatement().executeUpdate("DELETE FROM customers");
    } catch (SQLException error) {
      failure("read only", error);
    }
    connection.rollback();
    say("valid", connection.isValid(5));
    say("tables", rows(connection.getMetaData().getTables(null, "public", "cust%", null)));
    say("columns", rows(connection.getMetaData().getColumns(null, "public", "customers", "%")));
    say("keys", rows(connection.getMetaData().getPrimaryKeys(null, "public", "customers")));
  }

  private static void errors(Connection connection) throws SQLException {
    for (String text : new String[] {"SELECT * FROM nowhere", "SELECT 1 +", "SELECT 1/0"}) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(text);
      } catch (SQLException error) {
        failure("error", error);
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("DO $$ BEGIN RAISE WARNING 'warned'; END $$");
      say("warning", statement.getWarnings().getMessage());
      boolean more = statement.execute("SELECT 1; UPDATE customers SET id = id; SELECT 2");
      while (more || statement.getUpdateCount() >= 0) {
        say("result", more ? rows(statement.getResultSet()) : statement.getUpdateCount());
        more = statement.getMoreResults();
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    for (String mode : new String[] {"simple", "extended", "extendedCacheEverything"}) {
      run("prepared " + mode, Client::prepared, "preferQueryMode", mode);
    }
    run("typed", Client::typed);
    run("typed, named and binary at once", Client::typed, "prepareThreshold", "-1");
    run("batches", Client::batches);
    run("rewritten batches", Client::batches, "reWriteBatchedInserts", "true");
    run("cursors", Client::cursors);
    run("cancelled", Client::cancelled);
    run("copies", Client::copies);
    run("others", Client::others);
    run("errors", Client::errors);
    run("errors and savepoints", Client::errors, "autosave", "always");
  }
}
