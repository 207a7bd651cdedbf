// Reads public.staff as node's pg can, line by line. The server is found by PG* variables.
import fs from "node:fs";
import pg from "pg";

// As the server wrote it, in text or binary.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

const client = new pg.Client({
  ssl: { ca: fs.readFileSync(process.env.PGSSLROOTCERT, "utf8"), rejectUnauthorized: true },
});
const columns = "id, email, ssn, salary, born, code";
const rows = (what, result) => {
  for (const each of result.rows) {
    const values = [each.id, each.email, each.ssn, each.salary, each.born, each.code];
    console.log(`${what}: ${values.map((value) => value ?? "null").join("|")}`);
  }
};

await client.connect();
rows("simple", await client.query(`SELECT ${columns} FROM staff ORDER BY id`));
for (let id = 1; id <= 9; id += 1) {
  const text = `SELECT ${columns} FROM staff WHERE id = $1`;
  rows("parameters", await client.query(text, [id]));
  rows("named", await client.query({ name: "one", text, values: [id] }));
}
const portion = await client.query({ text: "SELECT email, ssn FROM staff ORDER BY id", rows: 2 });
console.log(`portion: ${JSON.stringify(portion.rows[0])}`);
const binary = { text: "SELECT id, email, ssn, code FROM staff ORDER BY id", binary: true };
for (const each of (await client.query(binary)).rows) {
  console.log(`binary: ${each.id}|${each.email}|${each.ssn}|${each.code}`);
}
const asked = ["id", "ssn", "email"].map((name) =>
  client.query(`SELECT ${name} AS v FROM staff WHERE id = 1`));
console.log(`at once: ${(await Promise.all(asked)).map((each) => each.rows[0].v).join("|")}`);
await client.query("SELECT id FROM staff ORDER BY ssn").catch((error) => {
  console.log(`refused: ${error.code}`);
});
await client.end();
