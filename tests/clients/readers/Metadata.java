import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Properties;

/** What tools on top of JDBC ask of DatabaseMetaData, printed. The server is found by PG*. */
public final class Metadata {
  private static Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", System.getenv("PGUSER"));
    properties.setProperty("password", System.getenv("PGPASSWORD"));
    properties.setProperty("sslmode", System.getenv("PGSSLMODE"));
    properties.setProperty("options", System.getenv("PGOPTIONS"));
    return DriverManager.getConnection("jdbc:postgresql://" + System.getenv("PGHOST") + ":"
        + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE"), properties);
  }

  private static void say(String what, ResultSet set) throws SQLException {
    int columns = set.getMetaData().getColumnCount();
    System.out.println("-- " + what);
    while (set.next()) {
      StringBuilder row = new StringBuilder();
      for (int i = 1; i <= columns; i++) row.append(set.getString(i)).append('|');
      System.out.println(row);
    }
    set.close();
  }

  private static void tables(DatabaseMetaData data, String schema) throws SQLException {
    say("tables", data.getTables(null, schema, "%", null));
    say("some tables", data.getTables(null, schema, "%", new String[] {"TABLE", "VIEW",
        "MATERIALIZED VIEW", "FOREIGN TABLE", "PARTITIONED TABLE", "SEQUENCE", "INDEX", "TYPE"}));
    say("columns", data.getColumns(null, schema, "%", "%"));
    say("privileges", data.getTablePrivileges(null, schema, "%"));
    say("procedures", data.getProcedures(null, schema, "%"));
    say("procedure columns", data.getProcedureColumns(null, schema, "%", "%"));
    say("functions", data.getFunctions(null, schema, "%"));
    say("function columns", data.getFunctionColumns(null, schema, "%", "%"));
    say("types", data.getUDTs(null, schema, "%", null));
  }

  private static void table(DatabaseMetaData data, String schema, String table)
      throws SQLException {
    say("column privileges", data.getColumnPrivileges(null, schema, table, "%"));
    say("primary keys", data.getPrimaryKeys(null, schema, table));
    say("imported keys", data.getImportedKeys(null, schema, table));
    say("exported keys", data.getExportedKeys(null, schema, table));
    say("cross reference",
        data.getCrossReference(null, "public", "customers", null, schema, table));
    say("indexes", data.getIndexInfo(null, schema, table, false, true));
    say("unique indexes", data.getIndexInfo(null, schema, table, true, false));
    say("best row", data.getBestRowIdentifier(null, schema, table, 0, true));
    say("version columns", data.getVersionColumns(null, schema, table));
  }

  private static void server(DatabaseMetaData data) throws SQLException {
    System.out.println(data.getDatabaseProductVersion() + data.getMaxColumnNameLength()
        + data.getMaxIndexLength() + data.getStringFunctions() + data.getSQLKeywords().length()
        + data.supportsTransactionIsolationLevel(Connection.TRANSACTION_SERIALIZABLE));
    say("catalogs", data.getCatalogs());
    say("schemas", data.getSchemas());
    say("schemas named", data.getSchemas(null, "sh%"));
    say("table types", data.getTableTypes());
    say("type info", data.getTypeInfo());
    say("client info", data.getClientInfoProperties());
  }

  private static void results(Connection connection) throws SQLException {
    try (PreparedStatement asked =
        connection.prepareStatement("SELECT p.*, o.total FROM shop.parts p"
            + " JOIN shop.orders o ON o.part = p.id WHERE p.id = ? AND p.colour = ?::shop.colour",
            ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)) {
      System.out.println(asked.getParameterMetaData().getParameterTypeName(2));
      asked.setLong(1, 1);
      asked.setString(2, "red");
      ResultSet set = asked.executeQuery();
      ResultSetMetaData columns = set.getMetaData();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        System.out.println(columns.getColumnName(i) + " " + columns.getTableName(i) + " "
            + columns.getSchemaName(i) + " " + columns.getColumnTypeName(i) + " "
            + columns.getColumnClassName(i) + " " + columns.isAutoIncrement(i) + " "
            + columns.isNullable(i) + " " + columns.getPrecision(i));
      }
      set.next();
      System.out.println(set.getObject("kept_at") + " " + set.getArray("tags") + " "
          + set.getObject("colour") + " " + set.getObject("facts"));
    }
  }

  public static void main(String[] arguments) throws SQLException {
    try (Connection connection = connect()) {
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      DatabaseMetaData data = connection.getMetaData();
      server(data);
      for (String schema : new String[] {null, "shop"}) tables(data, schema);
      for (String table : new String[] {"orders", "parts", "recent"}) table(data, "shop", table);
      results(connection);
      System.out.println(connection.getSchema() + connection.getTransactionIsolation());
      connection.commit();
      System.out.println(connection.isValid(5));
    }
  }
}
