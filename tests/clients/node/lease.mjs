// Signs in by the URI that it is given and prints as whom, or the SQLSTATE of the refusal. With a
// second argument it binds SCRAM to the channel.
import pg from "pg";

const client = new pg.Client({
  connectionString: process.argv[2],
  enableChannelBinding: process.argv.length > 3,
});
try {
  await client.connect();
  console.log((await client.query("SELECT current_user AS me")).rows[0].me);
  await client.end();
} catch (error) {
  console.log(error.code);
}
