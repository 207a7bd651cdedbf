import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Signs in by the URL that it is given and prints as whom, or the SQLSTATE of the refusal. */
public final class Lease {
  public static void main(String[] arguments) throws SQLException {
    try (Connection connection = DriverManager.getConnection(arguments[0]);
        ResultSet found = connection.createStatement().executeQuery("SELECT current_user")) {
      found.next();
      System.out.println(found.getString(1));
    } catch (SQLException error) {
      System.out.println(error.getSQLState());
    }
  }
}
