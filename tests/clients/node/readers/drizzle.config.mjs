// drizzle-kit: from which database it pulls, and where it writes what it found.
const { env } = process;
const { PGUSER, PGPASSWORD, PGHOST, PGPORT, PGDATABASE} = env;
const options = encodeURIComponent(env.PGOPTIONS);

export default {
  dialect: "postgresql",
  dbCredentials: {
    url: `postgresql://${PGUSER}:${PGPASSWORD}@${PGHOST}:${PGPORT}/${PGDATABASE}`
      + `?options=${options}`,
  },
  schemaFilter: ["public", "shop"],
  entities: { roles: true },
  out: `${env.HOME}/drizzle`,
};
