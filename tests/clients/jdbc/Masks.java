import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** Reads public.staff as pgjdbc can, line by line. The server is found by PG* variables. */
public final class Masks {
  private static final String COLUMNS = "id, email, ssn, salary, born, code";

  private static void rows(String what, ResultSet set) throws SQLException {
    while (set.next()) {
      System.out.println(what + ": " + set.getInt("id") + "|" + set.getString("email") + "|"
          + set.getString("ssn") + "|" + set.getBigDecimal("salary") + "|" + set.getDate("born")
          + "|" + set.getInt("code"));
    }
  }

  /** The statement is named at the server from the threshold on, and binary results follow. */
  private static void prepared(String threshold) throws SQLException {
    try (Connection connection = Client.connect("prepareThreshold", threshold);
        PreparedStatement asked = connection.prepareStatement(
            "SELECT " + COLUMNS + " FROM staff WHERE id = ?")) {
      for (int i = 1; i <= 9; i++) {
        asked.setInt(1, i);
        rows("prepared " + threshold, asked.executeQuery());
      }
    }
  }

  private static void parts() throws SQLException {
    try (Connection connection = Client.connect("prepareThreshold", "-1")) {
      connection.setAutoCommit(false);
      try (PreparedStatement asked = connection.prepareStatement(
          "SELECT " + COLUMNS + " FROM staff ORDER BY id")) {
        asked.setFetchSize(2);
        rows("parts", asked.executeQuery());
        rows("parts again", asked.executeQuery());
      }
    }
  }

  private static void returned() throws SQLException {
    try (Connection connection = Client.connect("binaryTransfer", "true")) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        rows("returning", statement.executeQuery(
            "UPDATE staff SET name = 'x' WHERE id < 3 RETURNING " + COLUMNS));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        connection.unwrap(PGConnection.class).getCopyAPI().copyOut(
            "COPY staff (id, email, ssn) TO STDOUT (FORMAT csv, DELIMITER '|')", out);
        for (String line : out.toString(StandardCharsets.UTF_8).split("\n")) {
          System.out.println("copied: " + line);
        }
      } catch (java.io.IOException error) {
        System.out.println("copy: " + error);
      }
      connection.rollback();
    }
  }

  public static void main(String[] arguments) throws SQLException {
    prepared("5");
    prepared("1");
    prepared("-1");
    parts();
    returned();
    try (Connection simple = Client.connect("preferQueryMode", "simple");
        Statement statement = simple.createStatement()) {
      rows("simple", statement.executeQuery("SELECT " + COLUMNS + " FROM staff ORDER BY id"));
      statement.executeQuery("SELECT id FROM staff WHERE ssn LIKE '1%'");
    } catch (SQLException error) {
      System.out.println("refused: " + error.getSQLState());
    }
  }
}
