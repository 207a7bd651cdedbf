// Sequelize: what its query interface asks, and queries as its models build them.
import { DataTypes, Op, Sequelize } from "sequelize";

const database = new Sequelize(process.env.PGDATABASE, process.env.PGUSER, process.env.PGPASSWORD, {
  dialect: "postgres", host: process.env.PGHOST, port: process.env.PGPORT, logging: false,
  schema: "shop", dialectOptions: { ssl: false, options: process.env.PGOPTIONS },
});
await database.authenticate();
const asking = database.getQueryInterface();
console.log(await database.databaseVersion(), await asking.showAllSchemas(),
  await asking.showAllTables());
for (const tableName of ["orders", "parts"]) {
  const table = { tableName, schema: "shop" };
  console.log(await asking.describeTable(table), await asking.showIndex(table),
    await asking.tableExists(table), await asking.getForeignKeyReferencesForTable(table),
    await asking.showConstraint(table));
}
console.log(await asking.getForeignKeysForTables(["orders"]));
const Part = database.define("part", { name: DataTypes.STRING, many: DataTypes.INTEGER },
  { timestamps: false, tableName: "parts" });
const Order = database.define("order", { total: DataTypes.DECIMAL }, { timestamps: false });
Part.hasMany(Order, { foreignKey: "part" });
console.log((await Part.findAll({
  where: { many: { [Op.between]: [2, 9] }, name: { [Op.iLike]: "part%" } }, include: Order,
  order: ["id"],
})).length, await Part.count(), await Part.findAndCountAll({ limit: 2, order: [["id", "DESC"]] })
  .then((found) => found.count), (await Part.findByPk(3)).name);
await database.transaction(async (transaction) => {
  console.log(await Part.max("many", { transaction }));
});
await database.close();
