// What node's pg does with a server, printed line by line. The server is found by PG* variables.
import fs from "node:fs";
import pg from "pg";

const settings = {
  ssl: { ca: fs.readFileSync(process.env.PGSSLROOTCERT, "utf8"), rejectUnauthorized: true },
};
const say = (what, value) => console.log(`${what}: ${JSON.stringify(value)}`);
const failure = (error) => ({ code: error.code, message: error.message, position: error.position });

async function connected(use) {
  const client = new pg.Client(settings);
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

const all = {
  async "simple and parametrised"(client) {
    say("simple", (await client.query("SELECT count(*) AS n FROM customers")).rows);
    const values = [7, 1.5, "it's \\ ü", null, true, Buffer.from([0, 255]), ["a", null], { b: 1 }];
    const types = ["int", "float8", "text", "int", "bool", "bytea", "text[]", "jsonb"];
    const text = `SELECT ${types.map((type, i) => `$${i + 1}::${type}`).join(", ")}`;
    say("values", (await client.query({ text, values, rowMode: "array" })).rows);
    say("several", (await client.query("SELECT 1 AS a; SELECT 2 AS b")).map((each) => each.rows));
    say("binary", (await client.query({ text: "SELECT 7::int4 AS n", binary: true })).rows);
  },
  async "prepared"(client) {
    for (let id = 1; id < 4; id += 1) {
      const asked = { name: "one", text: "SELECT name FROM customers WHERE id = $1", values: [id] };
      say("named", (await client.query(asked)).rows);
    }
    const kept = await client.query("SELECT name, statement FROM pg_prepared_statements");
    say("kept", kept.rows);
  },
  async "errors"(client) {
    for (const text of ["SELECT * FROM nowhere", "SELECT 1 +", "SELECT 1/0"]) {
      await client.query(text).catch((error) => say("error", failure(error)));
      await client.query(text, []).catch((error) => say("error", failure(error)));
    }
    await client.query("SELECT $1::int", ["x"]).catch((error) => say("error", failure(error)));
    say("after", (await client.query("SELECT 1 AS one")).rows);
  },
  async "transactions"(client) {
    await client.query("BEGIN");
    await client.query("CREATE TEMP TABLE t (i int PRIMARY KEY)");
    await client.query("INSERT INTO t VALUES ($1)", [1]);
    await client.query("SAVEPOINT s");
    const insert = client.query("INSERT INTO t VALUES ($1)", [1]);
    await insert.catch((error) => say("twice", error.detail));
    await client.query("ROLLBACK TO s");
    say("committed", (await client.query("COMMIT")).command);
    const changed = await client.query("UPDATE t SET i = i + 1 RETURNING i");
    say("changed", [changed.rowCount, changed.rows]);
  },
  async "many queries at once"(client) {
    const asked = Array.from({ length: 200 }, (_, i) => client.query("SELECT $1::int AS i", [i]));
    const found = (await Promise.all(asked)).map((each) => each.rows[0].i);
    say("in order", found.every((each, i) => each === i));
    say("large", (await client.query("SELECT repeat('x', 5000000) AS x")).rows[0].x.length);
    const rows = (await client.query("SELECT generate_series(1, 50000) AS i")).rows;
    say("rows", [rows.length, rows.at(-1)]);
  },
  async "notifications and notices"(client) {
    const heard = [];
    client.on("notice", (notice) => heard.push([notice.severity, notice.message]));
    const told = new Promise((resolve) => client.once("notification", resolve));
    await client.query("LISTEN news");
    await client.query("DO $$ BEGIN RAISE NOTICE 'noticed'; END $$");
    await connected((other) => other.query("SELECT pg_notify('news', 'told')"));
    const { channel, payload } = await told;
    say("heard", [...heard, channel, payload]);
  },
  async "time-outs"(client) {
    await client.query("SET statement_timeout = 200");
    await client.query("SELECT pg_sleep(60)").catch((error) => say("timeout", failure(error)));
    say("after", (await client.query("SELECT 1 AS one")).rows);
  },
};

async function pooled() {
  const pool = new pg.Pool({ ...settings, max: 5 });
  const text = "SELECT $1::int AS i, pg_sleep(0.01)";
  const asked = Array.from({ length: 50 }, (_, i) => pool.query(text, [i]));
  say("pooled", (await Promise.all(asked)).reduce((sum, each) => sum + each.rows[0].i, 0));
  say("at most", pool.totalCount);
  await pool.end();
}

for (const [name, use] of Object.entries(all)) {
  console.log(`-- ${name}`);
  await connected(use);
}
console.log("-- a pool");
await pooled();
