// Knex: what its schema builder asks, and queries as it builds them.
import knex from "knex";

const database = knex({ client: "pg", connection: {} });
for (const schema of ["public", "shop"]) {
  const builder = database.schema.withSchema(schema);
  for (const table of ["customers", "orders", "parts"]) {
    console.log(await builder.hasTable(table), await builder.hasColumn(table, "id"));
    console.log(await database(table).withSchema(schema).columnInfo());
  }
}
console.log(await database.withSchema("shop").from("orders")
  .join("parts", "orders.part", "parts.id").where("total", ">", 300)
  .orderBy("orders.id").limit(3).select("name", "total"));
console.log(await database("shop.parts").count("*").avg("many").first());
await database.transaction(async (transaction) => {
  console.log((await transaction("shop.sales")).length);
}, { readOnly: true, isolationLevel: "repeatable read" });
await database.destroy();
