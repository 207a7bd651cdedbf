// TypeORM: what its query runner reads of the schema, and what it compares with its entities.
import typeorm from "typeorm";

const Part = new typeorm.EntitySchema({
  name: "Part", tableName: "parts", schema: "shop", synchronize: true,
  columns: { id: { type: "bigint", primary: true, generated: true }, name: { type: String },
    many: { type: Number }, colour: { type: "enum", enum: ["red", "green"] } },
});
const source = new typeorm.DataSource({
  type: "postgres", host: process.env.PGHOST, port: Number(process.env.PGPORT),
  username: process.env.PGUSER, password: process.env.PGPASSWORD, database: process.env.PGDATABASE,
  entities: [Part], ssl: false, extra: { options: process.env.PGOPTIONS },
});
await source.initialize();
const runner = source.createQueryRunner();
console.log((await runner.getDatabases()).length, await runner.getSchemas(""),
  await runner.getCurrentDatabase(), await runner.getCurrentSchema(),
  await runner.hasDatabase("postgres"), await runner.hasSchema("shop"),
  await runner.hasTable("shop.orders"), await runner.hasColumn("shop.orders", "total"));
for (const table of await runner.getTables(["shop.orders", "shop.parts", "customers"])) {
  console.log(table.name, table.columns.map((each) => [each.name, each.type, each.isNullable]),
    table.indices.map((each) => each.name), table.checks.length, table.foreignKeys.length);
}
console.log(await runner.getViews(["shop.recent"]));
await runner.release();
console.log((await source.driver.createSchemaBuilder().log()).upQueries.length > 0);
const parts = source.getRepository(Part);
console.log(await parts.findOneBy({ name: "part 3" }), await parts.count(),
  await parts.findAndCount({ where: { many: typeorm.MoreThan(4) }, skip: 2, take: 3,
    order: { id: "ASC" } }));
console.log(await parts.createQueryBuilder("p").select("p.colour", "c").addSelect("COUNT(*)", "n")
  .groupBy("p.colour").getRawMany());
await source.destroy();
